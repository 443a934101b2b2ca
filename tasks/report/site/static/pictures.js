"use strict";

/* The gallery: filters that live in the address, pages of cards that are filled when they come near the view. */
(() => {
  const PAGE = 60;
  const SHOW = [["all", "All"], ["kept", "Kept"], ["rejected", "Rejected"], ["borderline", "Borderline"],
    ["duplicates", "Duplicates"], ["leaks", "Leaks"]];
  const SORT = [["", "By key, a fair order"], ["high", "Similarity, highest first"], ["low", "Similarity, lowest first"]];

  const wanted = {
    all: () => true,
    kept: (one) => one.way === "kept",
    rejected: (one) => one.way !== "kept",
    borderline: (one) => one.nearness !== null,
    duplicates: (one) => one.way === "duplicate",
    leaks: (one) => one.way === "leak" || one.way === "held_earlier",
  };

  /** The neighbors of a target by its name; null where no target is asked for. */
  const ofTarget = (name) => {
    if (!name) return null;
    const { targets, neighbors } = site.get("names");
    return new Set(neighbors.name.filter((_, place) => neighbors.parents[place].some((one) => targets.name[one] === name)));
  };

  const places = (asked) => {
    const { columns } = site.get("pictures");
    const among = ofTarget(asked.target);
    const found = [];
    for (let place = 0; place < columns.key.length; place += 1) {
      const one = cards.at(place);
      if (!wanted[asked.show](one) || (among && !among.has(one.neighbor))) continue;
      if (asked.neighbor && one.neighbor !== asked.neighbor) continue;
      if (asked.reason && one.way !== asked.reason) continue;
      if (asked.source !== null && one.source !== asked.source) continue;
      if (asked.license !== null && one.license !== asked.license) continue;
      found.push(one);
    }
    const near = (one) => Math.abs(one.nearness);
    if (asked.show === "borderline") found.sort((one, other) => near(one) - near(other));
    else if (asked.sort === "high") found.sort((one, other) => other.similarity - one.similarity);
    else if (asked.sort === "low") found.sort((one, other) => one.similarity - other.similarity);
    return found.map((one) => one.place);
  };

  const choices = (values, all) => [["*", all], ...values.map((one) => [one, one || "not stated"])];

  const bar = (asked, change) => {
    const { ways, sources, licenses, columns, neighbors } = site.get("pictures");
    const occurring = new Set(columns.reason);
    const reasons = ways.filter((one, place) => one !== "kept" && occurring.has(place));
    const star = (name) => (value) => change({ [name]: value === "*" ? null : value });
    return el("form", { class: "filters", submit: (event) => event.preventDefault() },
      writer("Target", asked.target, (value) => change({ target: value || null }), [...new Set(site.get("names").targets.name)]),
      writer("Neighbor", asked.neighbor, (value) => change({ neighbor: value || null }), neighbors),
      chooser("Reason", asked.reason, [["", "any"], ...reasons.map((one) => [one, words(one)])], (value) => change({ reason: value || null })),
      chooser("Source", asked.source === null ? "*" : asked.source, choices(sources, "any"), star("source")),
      chooser("License", asked.license === null ? "*" : asked.license, choices(licenses, "any"), star("license")),
      asked.show === "borderline" ? null : chooser("Order", asked.sort, SORT, (value) => change({ sort: value || null })));
  };

  const tabs = (asked, fields) => el("nav", { class: "tabs", "aria-label": "Which pictures" }, ...SHOW.map(([name, text]) =>
    el("a", { href: site.address("pictures", { ...fields, show: name, page: null }), "aria-current": asked.show === name ? "true" : null }, text)));

  const read = (query) => ({
    show: wanted[query.get("show")] ? query.get("show") : "all", target: query.get("target") || "",
    neighbor: query.get("neighbor") || "", reason: query.get("reason") || "", source: query.get("source"),
    license: query.get("license"), sort: query.get("sort") || "", page: Math.max(1, Number(query.get("page")) || 1),
  });

  const said = (asked, found) => {
    const { shown, judged } = site.get("run");
    const sample = shown < judged ? " This site holds " + count(shown) + " of " + count(judged) + " pictures: of each category and reason the first by key, which is a fair sample (report.pictures in the recipe)." : "";
    const order = asked.show === "borderline" ? " Nearest to the bound that decided first." : "";
    return many(found.length, "picture") + "." + order + sample;
  };

  site.view("pictures", (view, query) => {
    const asked = read(query);
    const fields = Object.fromEntries(query);
    const change = (changed) => site.go("pictures", { ...fields, ...changed, page: null });
    const found = places(asked);
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    const page = Math.min(asked.page, pages);
    const shown = found.slice((page - 1) * PAGE, page * PAGE).map(cards.blank);
    const turn = (to) => site.address("pictures", { ...fields, page: to });
    view.replaceChildren(tabs(asked, fields), bar(asked, change), el("p", { class: "soft", role: "status" }, said(asked, found)),
      shown.length ? el("div", { class: "gallery" }, ...shown) : el("p", { class: "nothing" }, "No picture is like that."),
      pager(page, pages, turn));
    whenNear(shown, cards.fill);
  });
})();
