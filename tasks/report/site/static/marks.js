"use strict";

/* What a reader marks as not wanted, and the file by which the next run hears of it. A mark without a key is of the neighbor.

   The page brings the marks that its run was made with. The browser holds what its reader said beside them, of whichever page
   of the recipe: that something is rejected, or that it is not. That stays though a run has heard it, since older pages have
   not. */
const marks = (() => {
  let where = "";
  let applied = new Map();
  let said = new Map();

  const id = (mark) => JSON.stringify([mark.key, mark.neighbor]);
  const byId = (rows) => new Map(rows.map((one) => [id(one), one]));
  const isWord = (one) => typeof one?.key === "string" && typeof one.neighbor === "string" && typeof one.rejected === "boolean";

  const recall = () => {
    try {
      const read = JSON.parse(localStorage.getItem(where));
      if (Array.isArray(read) && read.every(isWord)) said = byId(read);
    } catch { /* a browser may keep nothing for files, or somebody else's text: then marks last as long as the page */ }
  };

  const store = () => {
    try {
      localStorage.setItem(where, JSON.stringify([...said.values()]));
    } catch { /* as above */ }
  };

  const isRejected = (mark) => said.get(id(mark))?.rejected ?? applied.has(id(mark));
  const added = () => [...said.values()].filter((one) => one.rejected && !applied.has(id(one)));
  const stay = () => [...applied.values()].filter(isRejected);

  const download = () => {
    const rejected = [...stay(), ...added()];
    const pictures = rejected.filter((one) => one.key).map(({ key, neighbor }) => ({ key, neighbor }));
    const neighbors = rejected.filter((one) => !one.key).map((one) => one.neighbor);
    const file = { version: 1, run: site.get("run").name, pictures, neighbors };
    const url = URL.createObjectURL(new Blob([JSON.stringify(file, null, 1) + "\n"], { type: "application/json" }));
    el("a", { href: url, download: "overrides.json" }).click();
    URL.revokeObjectURL(url);
  };

  const counted = (some) => {
    const pictures = some.filter((one) => one.key).length;
    return many(pictures, "picture") + ", " + many(some.length - pictures, "neighbor");
  };

  const show = () => {
    const [kept, more] = [stay(), added()];
    const back = applied.size - kept.length;
    const changed = more.length || back;
    const since = applied.size && changed ? count(more.length) + " added, " + count(back) + " taken back since this run. " : "";
    document.getElementById("marks").replaceChildren(...(!applied.size && !changed ? [] : [
      el("span", {}, "Marked: " + counted([...kept, ...more])),
      el("button", { type: "button", class: "primary", click: download }, "Download overrides.json"),
      changed ? el("button", { type: "button", click: () => change(new Map()) }, "Undo changes") : "",
      el("span", { class: "soft" }, since + "The file holds them all, in place of the one before."),
    ]));
  };

  const tell = () => {
    show();
    document.dispatchEvent(new Event("marked"));
  };

  const change = (now) => {
    said = now;
    store();
    tell();
  };

  const toggle = (mark) => {
    const rejected = !isRejected(mark);
    recall(); // another page of the recipe may have said more since
    change(new Map([...said, [id(mark), { ...mark, rejected }]]));
  };

  /** A button that marks and unmarks; it says which it is, also when the mark is made elsewhere. */
  const button = (mark, what) => {
    const made = el("button", { type: "button", class: "mark", click: () => toggle(mark) });
    const told = () => {
      const on = isRejected(mark);
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
      where = "overrides of " + site.get("run").name;
      applied = byId(site.get("run").marks);
      recall();
      show();
      window.addEventListener("storage", (event) => {
        if (event.key !== where) return;
        recall();
        tell();
      });
    },
    forPicture: ({ key, neighbor }) => button({ key, neighbor }, "picture"),
    forNeighbor: (neighbor) => button({ key: "", neighbor }, "neighbor"),
  };
})();
