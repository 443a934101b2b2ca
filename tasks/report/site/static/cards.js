"use strict";

/* One picture of the gallery: at first its place alone, and its picture and texts when it comes near the view. */
const cards = (() => {
  const held = () => site.get("pictures");

  /** What is known of the picture at a place before its chunk is loaded. */
  const at = (place) => {
    const { columns, ways, neighbors, sources, licenses } = held();
    return {
      place, key: columns.key[place], neighbor: neighbors[columns.neighbor[place]], way: ways[columns.reason[place]],
      source: sources[columns.source[place]], license: licenses[columns.license[place]],
      similarity: columns.similarity[place], agreement: columns.agreement[place],
      centrality: columns.centrality[place], margin: columns.margin[place], nearness: columns.nearness[place],
    };
  };

  /** Everything about the picture at a place. */
  const whole = async (place) => {
    const size = held().chunk;
    const chunk = await site.chunk("pictures/" + String(Math.floor(place / size)).padStart(5, "0"));
    return { ...at(place), ...chunk[place % size] };
  };

  /** What became of the candidate that a picture copies, by how the copy ended. */
  const BECAME = { duplicate: "kept instead", rejected: "rejected by hand" };

  const twinName = (name) => (name.includes(":") ? name : "another candidate, " + name);

  const pictures = (one) => {
    const shown = outwardPicture(one.page, picture(one.image, one.title || one.neighbor));
    if (!one.copy_of) return shown;
    const said = one.copy_of.includes(":") ? one.copy_of.split(":")[0] + " picture" : BECAME[one.way];
    return el("div", { class: "pair" },
      el("div", {}, shown, el("span", { class: "tag" }, "this one")),
      el("div", {}, picture(one.twin, "what it copies: " + one.copy_of), el("span", { class: "tag" }, said)));
  };

  const outwardPicture = (url, shown) =>
    /^https?:\/\//i.test(url) ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, shown) : el("div", {}, shown);

  const scores = (one) => {
    const told = [["similarity", one.similarity], ["agreement", one.agreement], ["centrality", one.centrality],
      ["margin", one.margin], ["name rank", one.name_rank], ...Object.entries(one.scores)];
    const rows = told.filter(([, value]) => value !== null).map(([name, value]) => [name, value.toFixed(2)]);
    if (one.nearness !== null) rows.push(["to the bound", (one.nearness < 0 ? "" : "+") + one.nearness.toFixed(3)]);
    return el("dl", {}, ...rows.flatMap(([name, value]) => [el("dt", {}, own(name)), el("dd", {}, value)]));
  };

  const caption = (one) => el("figcaption", {},
    inward("pictures", { neighbor: one.neighbor }, own(one.neighbor)),
    el("div", {}, chip(words(one.way), kindOf(one.way))),
    one.detail ? el("p", {}, own(one.detail)) : null,
    one.copy_of ? el("p", {}, "copy, " + one.copy_score.toFixed(2) + ", of ", own(twinName(one.copy_of))) : null,
    scores(one),
    el("p", {}, outward(one.page, one.title || "source page")),
    el("p", {}, own(one.creator || "unknown creator"), ", ", outward(one.license_page, one.license || "no license given"), ", ", own(one.source)),
    el("div", { class: "actions" }, inward("lineage", { key: one.key, neighbor: one.neighbor }, "lineage"), marks.forPicture(one)));

  let known = null;
  /** The places of pictures that are shown beside what they copy. */
  const copies = () => (known ||= new Set(held().copies));

  /** A card for the picture at a place; `fill` completes it. */
  const blank = (place) => {
    return el("figure", { class: copies().has(place) ? "wide-card" : "", "data-place": place, "aria-busy": "true" }, el("div", { class: "blank" }));
  };

  const fill = async (card) => {
    const one = await whole(Number(card.dataset.place));
    card.replaceChildren(pictures(one), caption(one));
    card.removeAttribute("aria-busy");
  };

  /** The small picture at a place alone, which leads to its lineage. */
  const small = (place) => {
    const one = at(place);
    const link = inward("lineage", { key: one.key, neighbor: one.neighbor }, el("div", { class: "blank" }));
    link.setAttribute("aria-label", "lineage of a picture of " + one.neighbor);
    link.className = "small";
    whenNear([link], async () => link.replaceChildren(picture((await whole(place)).image, "")));
    return link;
  };

  return { at, whole, blank, fill, small, scores, pictures };
})();
