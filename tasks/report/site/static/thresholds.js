"use strict";

/* How the scores of kept and rejected pictures lie, with the bounds drawn in. */
(() => {
  const SAID = {
    similarity: "Cosine to the nearest parent's prototype: too low is unlike the target, too high is the target itself.",
    agreement: "Cosine to the nearest pictures of its own category.",
    centrality: "Cosine to the prototype of its own category.",
    margin: "How much nearer the pictures of its own category are than those of the nearest other class.",
  };
  const BOUNDS = { similarity: [0, 1], agreement: [2], centrality: [3], margin: [] };
  const ABOUT = { similarity: ["unlike_parents", "too_like_parents"], agreement: ["unlike_category"], centrality: ["far_from_prototype"], margin: ["like_another_class"] };
  const BINS = 32;

  /** The bounds of a score: each once, or the range of them where categories have bounds of their own. */
  const bounds = (score, neighbor) => {
    const { neighbors } = site.get("names");
    const rows = neighbors.bounds.filter((_, place) => !neighbor || neighbors.name[place] === neighbor);
    return BOUNDS[score].flatMap((which) => {
      const values = [...new Set(rows.map((row) => row[which]).filter((value) => value !== null))].sort((a, b) => a - b);
      const name = which === 1 ? "most" : "least";
      if (!values.length) return [];
      if (values.length === 1) return [{ name, value: values[0] }];
      return [{ name: name + ", lowest", value: values[0] }, { name: name + ", highest", value: values[values.length - 1] }];
    }).concat(score === "margin" && site.get("run").least_margin !== null ? [{ name: "least", value: site.get("run").least_margin }] : []);
  };

  const ofAll = (place) => {
    const held = site.get("histograms");
    return Object.fromEntries(Object.entries(held).map(([name, column]) => [name, column[place]]));
  };

  /** The same of one neighbor, over those of its pictures that the site holds. */
  const ofOne = (score, neighbor) => {
    const { columns, ways, neighbors } = site.get("pictures");
    const number = neighbors.indexOf(neighbor);
    const places = columns.neighbor.map((_, place) => place).filter((place) => columns.neighbor[place] === number && ways[columns.reason[place]] !== "unreadable");
    const values = places.map((place) => columns[score][place]);
    const low = Math.min(...values);
    const high = Math.max(...values, low + 0.001);
    const bins = { kept: Array(BINS).fill(0), by_this: Array(BINS).fill(0), by_others: Array(BINS).fill(0) };
    places.forEach((place, at) => {
      const way = ways[columns.reason[place]];
      const kind = way === "kept" ? "kept" : ABOUT[score].includes(way) ? "by_this" : "by_others";
      bins[kind][Math.min(BINS - 1, Math.floor(((values[at] - low) / (high - low)) * BINS))] += 1;
    });
    return { score, low, high, ...bins };
  };

  const option = (held, lines) => () => {
    const ends = [held.low, held.high, ...lines.map((line) => line.value)];
    const width = (held.high - held.low) / held.kept.length;
    const middle = (place) => held.low + (place + 0.5) * width;
    const bars = (name, counts, shade) => ({
      name, type: "custom", itemStyle: { color: shade }, encode: { x: 0, y: 3 }, data: counts.map((number, place) => [middle(place), number, under(name, place), under(name, place) + number]),
      renderItem: (_, api) => {
        const [x, top] = api.coord([api.value(0) - width / 2, api.value(1) + api.value(2)]);
        const [right, bottom] = api.coord([api.value(0) + width / 2, api.value(2)]);
        return { type: "rect", shape: { x: x + 0.5, y: top, width: Math.max(1, right - x - 1), height: bottom - top }, style: { fill: shade } };
      },
    });
    const under = (name, place) => (name === "kept" ? 0 : name === "rejected for it" ? held.kept[place] : held.kept[place] + held.by_this[place]);
    const mark = { silent: true, symbol: "none", precision: 6, lineStyle: { color: charts.color("--ink"), type: "solid", width: 1.5 },
      label: { color: charts.color("--ink"), fontSize: 11, formatter: (one) => one.name + " " + one.value.toFixed(3) },
      data: lines.map((line, place) => ({ name: line.name, xAxis: line.value, label: { distance: 4 + 14 * (place % 2) } })) };
    return {
      grid: { left: 56, right: 48, top: 66, bottom: 36 },
      xAxis: charts.axis({ type: "value", min: Math.min(...ends), max: Math.max(...ends), splitLine: { show: false }, axisLabel: { color: charts.color("--soft"), formatter: (value) => value.toFixed(2) } }),
      yAxis: charts.axis({ type: "value", minInterval: 1, splitNumber: 3, axisLine: { show: false } }),
      series: [{ ...bars("kept", held.kept, charts.color("--kept")), markLine: mark }, bars("rejected for it", held.by_this, charts.color("--dropped")),
        bars("rejected for something else", held.by_others, charts.color("--arm0"))],
      tooltip: { ...charts.tip(), formatter: (one) => one.seriesName + "\n" + (one.value[0] - width / 2).toFixed(3) + " to " + (one.value[0] + width / 2).toFixed(3) + ": " + count(one.value[1]) },
    };
  };

  const boundTable = (lines) => (lines.length ? lines.map((line) => line.name + " " + line.value.toFixed(3)).join(", ") : "no bound");

  site.view("thresholds", (view, query) => {
    const { neighbors } = site.get("pictures");
    const asked = neighbors.includes(query.get("neighbor")) ? query.get("neighbor") : "";
    const held = (site.get("histograms").score || []).map((score, place) => (asked ? ofOne(score, asked) : ofAll(place)));
    const all = "Over every picture that was judged. Bounds may differ from category to category: then the lowest and the highest are drawn.";
    const one = "Over the pictures of this neighbor that the site holds, with its own bounds.";
    const places = held.map(() => el("div", { class: "chart" }));
    const lines = held.map((histogram) => bounds(histogram.score, asked));
    view.replaceChildren(
      el("form", { class: "filters", submit: (event) => event.preventDefault() }, writer("Neighbor", asked, (value) => site.go("thresholds", { neighbor: value || null }), neighbors),
        asked ? inward("pictures", { show: "borderline", neighbor: asked }, "its borderline pictures") : inward("pictures", { show: "borderline" }, "borderline pictures")),
      el("p", { class: "soft", role: "status" }, asked ? one : all),
      ...held.map((histogram, place) => el("section", {}, ...heading(words(histogram.score), SAID[histogram.score] + " Bounds: " + boundTable(lines[place]) + "."), places[place])),
      held.length ? "" : el("p", { class: "nothing" }, "No picture has been judged."));
    held.forEach((histogram, place) => charts.draw(places[place], option(histogram, lines[place])));
  });
})();
