"use strict";

/* Charts by ECharts, in the page's own colors and drawn anew when these change; what a tooltip says is text, not HTML. */
const charts = (() => {
  const drawn = new Map();
  const ARMS = ["--arm0", "--arm1", "--arm2", "--arm3", "--arm4", "--arm5", "--arm6"];

  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const axis = (more) => ({
    axisLine: { lineStyle: { color: color("--line") } }, axisTick: { show: false },
    axisLabel: { color: color("--soft"), fontSize: 12 }, nameTextStyle: { color: color("--soft"), fontSize: 12 },
    splitLine: { lineStyle: { color: color("--line") } }, ...more,
  });

  const tip = () => ({
    renderMode: "richText", confine: true, backgroundColor: color("--card"), borderColor: color("--line"),
    textStyle: { color: color("--ink"), fontSize: 12 },
  });

  const common = () => ({
    animation: false, aria: { enabled: true },
    textStyle: { fontFamily: "system-ui, sans-serif", color: color("--ink") },
    tooltip: tip(),
    legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 12, textStyle: { color: color("--ink"), fontSize: 12 } },
    grid: { left: 48, right: 20, top: 36, bottom: 40 },
  });

  const redraw = (place) => {
    const { chart, option } = drawn.get(place);
    chart.setOption({ ...common(), ...option() }, true);
  };

  /** Draw in an element that is on the page; `option` makes ECharts' option, and is asked again for other colors. */
  const draw = (place, option) => {
    for (const [held, { chart }] of drawn) {
      if (held.isConnected && held !== place) continue;
      chart.dispose();
      drawn.delete(held);
    }
    const chart = echarts.init(place, null, { renderer: "svg" });
    drawn.set(place, { chart, option });
    redraw(place);
    return chart;
  };

  const all = (act) => {
    for (const [place, { chart }] of drawn) if (place.isConnected && place.clientWidth) act(place, chart);
  };
  window.addEventListener("resize", () => all((_, chart) => chart.resize()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => all(redraw));

  return { draw, color, axis, tip, arm: (number) => color(ARMS[number % ARMS.length]) };
})();
