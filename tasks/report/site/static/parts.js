"use strict";

/* Small pieces of the page. Text is only ever set as text, so that nothing that strangers wrote becomes a tag. */

/** An element; `fields` are attributes, or handlers where they are functions, or booleans that set or leave one out. */
const el = (tag, fields = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== "" && child !== false));
  return made;
};

/** A stranger's text, kept apart from the direction of what stands around it. */
const own = (text) => el("bdi", {}, String(text));

const words = (name) => name.replaceAll("_", " ");

const count = (number) => number.toLocaleString("en-US");

/** How many there are of what a word names. */
const many = (number, word) => count(number) + " " + word + (number === 1 ? "" : "s");

/** A text that leads elsewhere, where there is an address of the web to lead to. */
const outward = (url, text) =>
  /^https?:\/\//i.test(url) ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, own(text)) : own(text);

const inward = (view, fields, ...children) => el("a", { href: site.address(view, fields) }, ...children);

const picture = (src, alt) =>
  src ? el("img", { src, alt, decoding: "async" }) : el("div", { class: "blank" }, "cannot be shown");

const chip = (text, kind = "") => el("span", { class: "chip " + kind }, text);

/** Which pictures' kind a way to end is: kept, or dropped. */
const kindOf = (way) => (way === "kept" ? "kept" : "dropped");

const heading = (title, said) => [el("h2", {}, title), el("p", { class: "soft" }, said)];

/** A labelled list to choose from; `choices` are [value, text]. */
const chooser = (label, value, choices, changed) => {
  const list = el("select", { "data-name": label, "aria-label": label, change: (event) => changed(event.target.value) });
  for (const [one, text] of choices) {
    const option = el("option", { value: one }, text);
    option.selected = one === value;
    list.append(option);
  }
  return el("label", {}, el("span", {}, label), list);
};

/** A labelled line to write in, told of when it is left or Enter is pressed; `known` are offered as one writes. */
const writer = (label, value, changed, known = []) => {
  const id = "known-" + label.toLowerCase().replace(/\W+/g, "-");
  const line = el("input", { type: "search", "data-name": label, "aria-label": label, list: known.length ? id : null, autocomplete: "off",
    change: (event) => changed(event.target.value.trim()) });
  line.value = value;
  const list = el("datalist", { id }, ...known.map((one) => el("option", { value: one })));
  return el("label", {}, el("span", {}, label), line, known.length ? list : null);
};

/** Links to the pages of a list; nothing where there is but one. */
const pager = (page, pages, addressOf) => {
  if (pages < 2) return "";
  const link = (to, text, label) =>
    to < 1 || to > pages ? el("span", { class: "off" }, text) : el("a", { href: addressOf(to), "aria-label": label }, text);
  return el("nav", { class: "pager", "aria-label": "Pages" },
    link(page - 1, "← previous", "previous page"), el("span", {}, "page " + count(page) + " of " + count(pages)),
    link(page + 1, "next →", "next page"));
};

/** Calls back once for each element that comes near the view. */
const whenNear = (elements, callback) => {
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        watch.unobserve(entry.target);
        callback(entry.target);
      }
    }
  }, { rootMargin: "300px" });
  for (const one of elements) watch.observe(one);
};
