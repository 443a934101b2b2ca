"use strict";

/* The chain from what was asked of a model to the bytes in a shard, for one picture. */
(() => {
  const find = (key, neighbor) => {
    const { columns, neighbors } = site.get("pictures");
    const number = neighbors.indexOf(neighbor);
    return columns.key.findIndex((one, place) => one === key && (number < 0 || columns.neighbor[place] === number));
  };

  const link = (name, ...said) => el("li", {}, el("h3", {}, name), ...said);
  const line = (text) => el("p", {}, text);
  const code = (text) => el("code", {}, own(text));

  const named = (name) => {
    const { targets, neighbors } = site.get("names");
    const place = neighbors.name.indexOf(name);
    if (place < 0) return [link("Name", line(own(name)))];
    const parents = neighbors.parents[place].map((one) => targets.name[one]);
    return [
      link("Prompt", el("p", {}, "asked of ", code(neighbors.model[place] || "nobody"), ", prompt ", code(neighbors.prompt[place] || "none"),
        ", for ", own(parents.join(", "))), neighbors.why[place] ? el("p", { class: "soft" }, own(neighbors.why[place])) : ""),
      link("Name", el("p", {}, inward("neighbors", { target: parents[0] }, own(name)), ", a ", words(neighbors.relation[place]), " of ", own(parents.join(", ")))),
    ];
  };

  const chain = (one) => [
    ...named(one.neighbor),
    link("Query", el("p", {}, code(one.query), " at ", own(one.source))),
    link("URL", el("p", {}, code(one.url)), el("p", {}, outward(one.page, one.title || "source page"), ", by ", own(one.creator || "unknown creator"), ", ", outward(one.license_page, one.license || "no license given"))),
    link("Hash", el("p", {}, "SHA-256 ", code(one.digest)), line(count(one.width) + " × " + count(one.height) + " pixels as stored")),
    link("Decision", el("p", {}, chip(words(one.way), kindOf(one.way)), one.detail ? own(one.detail) : ""), cards.scores(one),
      one.copy_of ? el("p", {}, "copies ", code(one.copy_of), ", " + one.copy_score.toFixed(2)) : "", one.rival ? el("p", {}, "nearest other class: ", own(one.rival)) : ""),
    link("Shard", one.shard ? el("p", {}, code(one.shard), ", " + count(one.size) + " bytes from byte " + count(one.offset))
      : line(one.way === "kept" ? "not packed yet" : "not packed: it was not kept")),
  ];

  const strip = () => {
    const { columns, ways } = site.get("pictures");
    const kept = ways.indexOf("kept");
    const places = columns.reason.map((_, place) => place).filter((place) => columns.reason[place] === kept);
    const step = Math.max(1, Math.floor(places.length / 24));
    return places.filter((_, number) => number % step === 0).slice(0, 24);
  };

  site.view("lineage", async (view, query) => {
    const [key, neighbor] = [query.get("key") || "", query.get("neighbor") || ""];
    const place = key ? find(key, neighbor) : -1;
    const form = el("form", { class: "filters", submit: (event) => event.preventDefault() },
      writer("Key", key, (value) => site.go("lineage", { key: value || null })));
    const head = heading("Lineage", "Where a picture comes from: each link of the chain from the prompt to the bytes in a shard. Every picture of the gallery leads here; its key names its sample in the shard.");
    if (place < 0) {
      const some = strip().map(cards.small);
      view.replaceChildren(form, el("section", {}, ...head, key ? el("p", { class: "nothing", role: "status" }, "This site holds no picture of the key ", own(key), ".") : "",
        some.length ? el("p", {}, "Some that were kept:") : el("p", { class: "nothing" }, "No picture has been kept."), el("div", { class: "strip many" }, ...some)));
      return;
    }
    view.replaceChildren(form);
    const one = await cards.whole(place);
    if (view.hidden || find(new URLSearchParams(location.hash.split("?")[1]).get("key"), neighbor) !== place) return;
    view.replaceChildren(form, el("section", {}, ...head, el("div", { class: "lineage" },
      el("div", { class: "subject" }, cards.pictures(one), marks.forPicture(one)), el("ol", { class: "chain" }, ...chain(one)))));
  });
})();
