"use strict";

/* What the page holds: data that scripts hand over, chunks that are loaded when they are wanted, and its address. */
const site = (() => {
  const MOST_CHUNKS = 80; // of some 200 kB each: what has not been looked at for long is loaded again when it is wanted
  const data = new Map();
  const chunks = new Map();
  const views = new Map();

  const load = (name) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = name + ".js";
      script.onload = () => {
        script.remove();
        resolve(data.get(name));
        data.delete(name);
      };
      script.onerror = () => reject(new Error(name + ".js is not beside this page"));
      document.head.append(script);
    });

  const chunk = (name) => {
    const held = chunks.get(name) || load(name);
    chunks.delete(name); // the newest stands last
    chunks.set(name, held);
    if (chunks.size > MOST_CHUNKS) chunks.delete(chunks.keys().next().value);
    return held;
  };

  const parse = () => {
    const [view, query = ""] = location.hash.slice(1).split("?");
    return { view: views.has(view) ? view : "overview", query: new URLSearchParams(query) };
  };

  const address = (view, fields) => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) if (value != null) query.set(name, value);
    const text = query.toString();
    return "#" + view + (text ? "?" + text : "");
  };

  const open = () => {
    const { view, query } = parse();
    for (const one of document.querySelectorAll(".view")) one.hidden = one.id !== "view-" + view;
    for (const link of document.querySelectorAll("nav a")) {
      const here = link.getAttribute("href") === "#" + view;
      if (here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const focused = document.activeElement.dataset.name;
    const present = document.getElementById("view-" + view);
    views.get(view)(present, query);
    // What a filter changes is drawn anew, the filter too: whoever types or tabs stays where they are.
    // A view that was left may have a filter of the same name, and what is hidden takes no focus.
    if (focused) present.querySelector("[data-name='" + focused + "']")?.focus();
  };

  return {
    take: (name, value) => data.set(name, value),
    get: (name) => data.get(name),
    chunk,
    view: (name, show) => views.set(name, show),
    address,
    go: (view, fields) => { location.hash = address(view, fields); },
    start: () => {
      window.addEventListener("hashchange", () => {
        open();
        window.scrollTo(0, 0);
      });
      open();
    },
  };
})();
