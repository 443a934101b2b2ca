"use strict";

/* What training came to: groups with their intervals, curves, every class. */
(() => {
  const GROUPS = ["all", "many", "medium", "few"];
  const percent = (share) => (100 * share).toFixed(1);
  const rows = (columns) => columns.arm.map((_, place) => Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column[place]])));

  const shares = (more) => charts.axis({ type: "value", min: 0, max: 100, axisLabel: { color: charts.color("--soft"), formatter: "{value}%" }, ...more });

  const whisker = (params, api) => {
    const [x, low] = api.coord([api.value(0), api.value(1)]);
    const [, high] = api.coord([api.value(0), api.value(2)]);
    const wide = api.size([1, 0])[0] * 0.78;
    const at = x - wide / 2 + (wide / api.value(4)) * (api.value(3) + 0.5);
    const style = { stroke: charts.color("--ink"), lineWidth: 1.3 };
    const stroke = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style });
    return { type: "group", children: [stroke(at, low, at, high), stroke(at - 4, low, at + 4, low), stroke(at - 4, high, at + 4, high)] };
  };

  const groups = ({ arms, groups: held }) => () => {
    const found = rows(held);
    const shown = GROUPS.filter((group) => found.some((one) => one.group === group));
    const of = (arm, group) => found.find((one) => one.arm === arm && one.group === group);
    const bars = arms.map((arm, number) => ({
      name: words(arm), type: "bar", barGap: "0%", barCategoryGap: "22%", itemStyle: { color: charts.arm(number), borderRadius: [3, 3, 0, 0] },
      data: shown.map((group) => { const one = of(arm, group); return one ? Number(percent(one.accuracy)) : null; }),
    }));
    const spans = arms.flatMap((arm, number) => shown.flatMap((group, place) => {
      const one = of(arm, group);
      return one ? [[place, 100 * one.low, 100 * one.high, number, arms.length]] : [];
    }));
    return {
      legend: { top: 0, left: 0, data: arms.map(words), textStyle: { color: charts.color("--ink") } },
      xAxis: charts.axis({ type: "category", data: shown }), yAxis: shares({}),
      series: [...bars, { type: "custom", name: "95% interval", silent: true, renderItem: whisker, data: spans, encode: { x: 0, y: [1, 2] }, z: 5, tooltip: { show: false } }],
    };
  };

  const curves = ({ curves: held }) => () => ({
    xAxis: charts.axis({ type: "value", name: "steps", nameLocation: "middle", nameGap: 26, splitLine: { show: false } }),
    yAxis: shares({ min: null, max: null, scale: true }),
    series: held.map((curve, number) => ({ name: words(curve.arm), type: "line", symbolSize: 5, color: charts.arm(number), lineStyle: { width: 2.2 },
      data: curve.points.map(([step, share]) => [step, Number(percent(share))]) })),
  });

  /** Classes of one number of training pictures lie beside one another; the number itself is what is told. */
  const apart = (place) => 1 + 0.05 * ((((place * 7) % 11) - 5) / 5);

  const classes = ({ arms, classes: held }) => () => {
    const found = rows(held);
    const counts = found.map((one) => one.train);
    return {
      xAxis: charts.axis({ type: "log", min: Math.floor(0.8 * Math.max(1, Math.min(...counts))), max: Math.ceil(1.25 * Math.max(...counts)), name: "training pictures", nameLocation: "middle", nameGap: 26, splitLine: { show: false } }),
      yAxis: shares({}),
      tooltip: { ...charts.tip(),
        formatter: ({ data }) => data.name + "\n" + data.said },
      series: arms.map((arm, number) => ({ name: words(arm), type: "scatter", symbolSize: 9, itemStyle: { color: charts.arm(number), opacity: 0.8 },
        data: found.filter((one) => one.arm === arm).map((one, place) => ({ name: one.name, value: [Math.max(1, one.train) * apart(place), Number(percent(one.accuracy))],
          said: words(arm) + ": " + percent(one.accuracy) + "% of " + count(one.pictures) + "; " + count(one.train) + " training pictures, " + one.group })) })),
    };
  };

  const place = (id, option, there) => {
    const element = document.getElementById(id);
    element.closest("section").hidden = !there;
    if (there) charts.draw(element, option);
  };

  if (document.getElementById("view-training")) {
    site.view("training", () => {
      const held = site.get("training");
      place("chart-groups", groups(held), held.groups.arm.length > 0);
      place("chart-curves", curves(held), held.curves.some((curve) => curve.points.length > 1));
      place("chart-classes", classes(held), held.classes.arm.length > 0);
    });
  }
})();
