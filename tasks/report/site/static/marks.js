"use strict";

/* What a reader marks as not wanted, and the file by which the next run hears of it. */
const marks = (() => {
  const where = "overrides of " + document.title;
  let held = { pictures: [], neighbors: [] };

  const stored = () => {
    try {
      const read = JSON.parse(localStorage.getItem(where));
      if (read && Array.isArray(read.pictures) && Array.isArray(read.neighbors)) held = read;
    } catch { /* a browser may keep nothing for files, or somebody else's text: then marks last as long as the page */ }
  };

  const store = () => {
    try {
      localStorage.setItem(where, JSON.stringify(held));
    } catch { /* as above */ }
  };

  const same = (one, other) => one.key === other.key && one.neighbor === other.neighbor;
  const hasPicture = (picture) => held.pictures.some((one) => same(one, picture));
  const hasNeighbor = (name) => held.neighbors.includes(name);

  const download = () => {
    const file = { version: 1, run: site.get("run").name, pictures: held.pictures, neighbors: held.neighbors };
    const url = URL.createObjectURL(new Blob([JSON.stringify(file, null, 1) + "\n"], { type: "application/json" }));
    el("a", { href: url, download: "overrides.json" }).click();
    URL.revokeObjectURL(url);
  };

  const show = () => {
    const place = document.getElementById("marks");
    const [pictures, neighbors] = [held.pictures.length, held.neighbors.length];
    if (!pictures && !neighbors) return place.replaceChildren();
    place.replaceChildren(
      el("span", {}, "Marked: " + many(pictures, "picture") + ", " + many(neighbors, "neighbor")),
      el("button", { type: "button", class: "primary", click: download }, "Download overrides.json"),
      el("button", { type: "button", click: () => change({ pictures: [], neighbors: [] }) }, "Clear"));
  };

  const change = (now) => {
    held = now;
    store();
    show();
    document.dispatchEvent(new Event("marked"));
  };

  const togglePicture = (picture) => {
    const others = held.pictures.filter((one) => !same(one, picture));
    const now = others.length < held.pictures.length ? others : [...others, { key: picture.key, neighbor: picture.neighbor }];
    change({ ...held, pictures: now });
  };

  const toggleNeighbor = (name) => {
    const others = held.neighbors.filter((one) => one !== name);
    change({ ...held, neighbors: others.length < held.neighbors.length ? others : [...others, name] });
  };

  /** A button that marks and unmarks; it says which it is, also when the mark is made elsewhere. */
  const button = (is, toggle, what) => {
    const made = el("button", { type: "button", class: "mark", click: toggle });
    const told = () => {
      const on = is();
      made.setAttribute("aria-pressed", String(on));
      made.textContent = on ? "Rejected: undo" : "Reject " + what;
    };
    const follow = () => (made.isConnected ? told() : document.removeEventListener("marked", follow));
    told();
    document.addEventListener("marked", follow);
    return made;
  };

  return {
    start: () => {
      stored();
      show();
    },
    forPicture: (one) => button(() => hasPicture(one), () => togglePicture(one), "picture"),
    forNeighbor: (name) => button(() => hasNeighbor(name), () => toggleNeighbor(name), "neighbor"),
  };
})();
