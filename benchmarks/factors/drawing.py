"""The figure of all factors: what curation does to the gain, a panel a factor."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from benchmarks.factors.measure import GROUPS
from benchmarks.factors.settings import AS_SET, Factors
from benchmarks.figures import COLORS, INK, SOFT, curve, panels, ticks, titled
from benchmarks.rows import Row, number

COLUMNS = 2


def figure(factors: Factors, summary: Mapping[str, Sequence[Row]]) -> Figure:
    """A panel a factor; under each value the neighbors' pictures that an epoch draws, and the recipe's own in bold."""
    drawn, axes = panels(-(-len(summary) // COLUMNS), COLUMNS, 2.7)
    for panel, (factor, rows) in zip(axes, summary.items(), strict=False):
        for place, group in enumerate(GROUPS):
            means, errors = ([number(row, key) for row in rows] for key in (group, f"{group}_se"))
            curve(panel, means, errors, COLORS[place], f"on {group}", 0.06 * place)
        panel.axhline(0, color=SOFT, linewidth=0.8)
        ticks(panel, [f"{row['value']}\n{number(row, 'drawn'):.0f}".replace(", ", ",\n") for row in rows])
        for label, one in zip(panel.get_xticklabels(), factors[factor].values(), strict=True):
            if one == AS_SET:
                label.set(fontweight="bold", color=INK)
        titled(panel, factor, "value, and neighbors' pictures an epoch", "test gain, points")
    axes[0].legend(frameon=False, fontsize=9, ncols=2)
    for panel in axes[len(summary) :]:
        panel.set_axis_off()
    return drawn
