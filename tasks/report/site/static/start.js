"use strict";

/* Loaded last: all data is there. The overview is the page's own HTML and needs no drawing. */
site.view("overview", () => {});
marks.start();
site.start();
