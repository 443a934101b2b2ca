"use strict";

/* Every target with its neighbors, what these brought, and the names that were dropped. */
(() => {
  const PAGE = 25;
  const SAMPLES = 4;

  /** The first kept pictures that the site holds of each neighbor, by its name. */
  const samples = () => {
    const { columns, ways, neighbors } = site.get("pictures");
    const kept = ways.indexOf("kept");
    const found = new Map();
    columns.reason.forEach((reason, place) => {
      const name = neighbors[columns.neighbor[place]];
      const held = found.get(name) || [];
      if (reason === kept && held.length < SAMPLES) found.set(name, [...held, place]);
    });
    return found;
  };

  const portrait = (target) => {
    const made = el("div", { class: "portrait" });
    const size = site.get("pictures").chunk;
    whenNear([made], async () => {
      const chunk = await site.chunk("targets/" + String(Math.floor(target / size)).padStart(5, "0"));
      if (chunk[target % size]) made.replaceChildren(picture(chunk[target % size], ""));
    });
    return made;
  };

  const ended = (neighbors, place) => Object.entries(neighbors.ended[place]).filter(([way]) => way !== "kept")
    .map(([way, number]) => el("a", { class: "chip dropped", href: site.address("pictures", { show: "rejected", neighbor: neighbors.name[place], reason: way }) }, words(way) + " " + count(number)));

  const some = (names) => names.slice(0, 2).join(", ") + (names.length > 2 ? " and " + count(names.length - 2) + " more" : "");

  const line = (place, target, held) => {
    const { targets, neighbors } = site.get("names");
    const name = neighbors.name[place];
    const others = neighbors.parents[place].filter((one) => one !== target);
    return el("tr", {},
      el("td", {}, inward("pictures", { show: "kept", neighbor: name }, own(name)), neighbors.found[place] ? null : chip("no results", "dropped"),
        el("div", { class: "thin" }, neighbors.relation[place]),
        others.length ? el("div", { class: "thin" }, "also of ", own(some(others.map((one) => targets.name[one])))) : null,
        marks.forNeighbor(name)),
      el("td", {}, el("div", { class: "strip" }, ...(held.get(name) || []).map(cards.small))),
      el("td", { class: "number" }, count(neighbors.fetched[place])),
      el("td", { class: "number" }, count(neighbors.ended[place].kept || 0)),
      el("td", {}, ...ended(neighbors, place)),
      el("td", { class: "why" }, own(neighbors.why[place]), el("div", { class: "thin" }, own(neighbors.queries[place].join("; ")))));
  };

  const table = (heads, rows) => el("div", { class: "wide" }, el("table", {},
    el("thead", {}, el("tr", {}, ...heads.map(([text, kind]) => el("th", { class: kind }, text)))), el("tbody", {}, ...rows)));

  const droppedLine = (dropped, place) => el("tr", {},
    el("td", {}, own(dropped.name[place])), el("td", {}, chip(words(dropped.reason[place]), "dropped")), el("td", {}, own(dropped.detail[place])));

  const inside = (target, lines, gone) => {
    const { targets, dropped } = site.get("names");
    const held = samples();
    const heads = [["neighbor", ""], ["kept pictures", ""], ["fetched", "number"], ["kept", "number"], ["dropped", ""], ["why, and what was asked for", ""]];
    return [
      targets.unanswered[target] ? el("p", {}, own(targets.unanswered[target])) : null,
      lines.length ? table(heads, lines.map((place) => line(place, target, held))) : el("p", { class: "nothing" }, "It has no neighbors."),
      gone.length ? table([["dropped name", ""], ["reason", ""], ["detail", ""]], gone.map((place) => droppedLine(dropped, place))) : null,
    ];
  };

  const block = (target, open) => {
    const { targets, neighbors, dropped } = site.get("names");
    const of = (rows) => rows.parents.map((_, place) => place).filter((place) => rows.parents[place].includes(target));
    const [lines, gone] = [of(neighbors), of(dropped)];
    const kept = lines.reduce((sum, place) => sum + (neighbors.ended[place].kept || 0), 0);
    const body = el("div", {});
    const made = el("details", { open, toggle: () => { if (made.open && !body.firstChild) body.append(...inside(target, lines, gone).filter(Boolean)); } },
      el("summary", {}, portrait(target), el("b", {}, own(targets.name[target])),
        el("span", { class: "soft" }, count(targets.train[target]) + " train, " + count(targets.val[target]) + " val, " + count(targets.test[target]) + " test"),
        el("span", {}, many(lines.length, "neighbor") + ", " + many(kept, "picture")),
        el("span", { class: "soft" }, many(gone.length, "name") + " dropped"),
        targets.unanswered[target] ? chip("no answer", "dropped") : null),
      body);
    return made;
  };

  const matching = (text) => {
    const { targets, neighbors } = site.get("names");
    const wanted = text.toLowerCase();
    const hit = (name) => name.toLowerCase().includes(wanted);
    const by = new Set(neighbors.name.flatMap((name, place) => (hit(name) ? neighbors.parents[place] : [])));
    return targets.name.map((_, place) => place).filter((place) => hit(targets.name[place]) || by.has(place));
  };

  site.view("neighbors", (view, query) => {
    const { targets } = site.get("names");
    const asked = query.get("target") || "";
    const exact = targets.name.indexOf(asked);
    const found = asked && exact >= 0 ? [exact] : matching(asked);
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    const page = Math.min(Math.max(1, Number(query.get("page")) || 1), pages);
    const canvas = el("div", { class: "graph" });
    const said = el("p", { class: "soft" }, "The targets listed below and the neighbors named for them, larger where more pictures were kept; a click leads to either.");
    const turned = found.slice((page - 1) * PAGE, page * PAGE);
    view.replaceChildren(
      el("form", { class: "filters", submit: (event) => event.preventDefault() }, writer("Target or neighbor", asked, (value) => site.go("neighbors", { target: value || null }), [...new Set(targets.name)])),
      el("section", {}, el("h2", {}, "Graph"), said, canvas),
      el("section", {}, ...heading("Targets and neighbors", "Each target class with the neighbors named for it, what they brought, and the names that were dropped."),
        ...turned.map((target) => block(target, found.length === 1)),
        found.length ? "" : el("p", { class: "nothing" }, "No target class is like that."),
        pager(page, pages, (to) => site.address("neighbors", { target: asked || null, page: to }))));
    if (turned.length) graph.draw(canvas, turned);
    else canvas.closest("section").remove();
  });
})();
