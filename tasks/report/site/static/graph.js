"use strict";

/* Targets on the left, their neighbors on the right, in an order in which few lines cross. */
const graph = (() => {
  const ROW = 17; // pixels, in which a name can be read
  const MOST = 1200; // pixels in all: where there is no room for names they show under the pointer

  const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / Math.max(1, numbers.length);

  /** The targets, and all their neighbors, each side twice put in the order of what it is linked to. */
  const ordered = (targets) => {
    const { parents } = site.get("names").neighbors;
    let left = [...targets];
    let right = parents.map((_, place) => place).filter((place) => parents[place].some((one) => left.includes(one)));
    const by = (score) => (one, other) => score.get(one) - score.get(other);
    for (let turn = 0; turn < 2; turn += 1) {
      const at = new Map(left.map((one, place) => [one, place]));
      right = right.sort(by(new Map(right.map((one) => [one, mean(parents[one].filter((parent) => at.has(parent)).map((parent) => at.get(parent)))]))));
      const places = new Map(left.map((one) => [one, []]));
      right.forEach((one, place) => parents[one].forEach((parent) => places.get(parent)?.push(place)));
      left = left.sort(by(new Map(left.map((one) => [one, mean(places.get(one))]))));
    }
    return { left, right };
  };

  const option = ({ left, right }, height) => () => {
    const { targets, neighbors } = site.get("names");
    const kept = (place) => neighbors.ended[place].kept || 0;
    const most = Math.max(1, ...right.map(kept));
    const label = (side, many) => ({ show: height / many >= 11, position: side, width: 330, overflow: "truncate", fontSize: 12, color: charts.color("--ink") });
    const row = (place, many) => (place + 0.5) / many;
    const nodes = [
      ...left.map((place, at) => ({ id: "t" + place, name: targets.name[place], value: [0, row(at, left.length)], symbol: "roundRect", symbolSize: 10,
        itemStyle: { color: charts.color("--arm3") }, label: label("left", left.length), said: count(targets.train[place]) + " training pictures" })),
      ...right.map((place, at) => ({ id: "n" + place, name: neighbors.name[place], value: [1, row(at, right.length)], symbolSize: 4 + 9 * Math.sqrt(kept(place) / most),
        itemStyle: { color: charts.color("--arm2") }, label: label("right", right.length), said: count(kept(place)) + " pictures kept" })),
    ];
    const links = right.flatMap((place) => neighbors.parents[place].filter((one) => left.includes(one)).map((one) => ({ source: "t" + one, target: "n" + place })));
    const hidden = { type: "value", min: 0, max: 1, show: false };
    return {
      grid: { left: 350, right: 350, top: 4, bottom: 4 }, legend: { show: false }, xAxis: hidden, yAxis: { ...hidden, inverse: true },
      tooltip: { ...charts.tip(), formatter: (one) => (one.dataType === "node" ? one.data.name + "\n" + one.data.said : "") },
      series: [{ type: "graph", coordinateSystem: "cartesian2d", data: nodes, links, emphasis: { focus: "adjacency", label: { show: true } },
        lineStyle: { color: charts.color("--soft"), opacity: 0.35, curveness: 0 } }],
    };
  };

  /** Draw these targets, by their places, with their neighbors. */
  const draw = (element, targets) => {
    const sides = ordered(targets);
    const height = Math.min(MOST, Math.max(60, ROW * Math.max(sides.left.length, sides.right.length)));
    element.style.height = height + "px";
    const chart = charts.draw(element, option(sides, height));
    chart.on("click", ({ data }) => {
      if (data.id) site.go(data.id[0] === "t" ? "neighbors" : "pictures", data.id[0] === "t" ? { target: data.name } : { neighbor: data.name });
    });
  };

  return { draw };
})();
