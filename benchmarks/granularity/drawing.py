"""The figure of all corpora: what imbalance costs against granularity, and how much less of it finer labels pay."""

import itertools
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.figures import COLORS, SOFT, curve, panels, ticks, titled
from benchmarks.granularity.measure import GROUPS
from benchmarks.granularity.summary import named
from benchmarks.rows import Row, number

ASIDE = 0.07


def _curves(panel: Axes, rows: Sequence[Row], what: str, error: str) -> None:
    """A curve a loss and group; `error` names the half bar: a standard error, or the lower bound of an interval."""
    losses = dict.fromkeys(str(row["loss"]) for row in rows)
    for place, ((loss, group), color) in enumerate(zip(itertools.product(losses, GROUPS), COLORS, strict=False)):
        held = [row for row in rows if row["loss"] == loss]
        means, errors = ([number(row, named(group, name)) for row in held] for name in (what, error))
        if error.endswith("_low"):
            errors = [mean - low for mean, low in zip(means, errors, strict=True)]
        curve(panel, means, errors, color, f"{loss}, {group}", ASIDE * place)
        ticks(panel, [f"{number(row, 'labels'):.0f}" for row in held])
    panel.axhline(0, color=SOFT, linewidth=0.8)


def figure(summary: Mapping[str, Sequence[Row]]) -> Figure:
    """A row a corpus: the drop with its standard error, and what is spared of it with its 95% interval."""
    drawn, axes = panels(len(summary), 2, 3.2)
    for place, (corpus, rows) in enumerate(summary.items()):
        costs, spared = axes[2 * place : 2 * place + 2]
        _curves(costs, rows, "drop", "drop_se")
        _curves(spared, rows, "spared_mean", "spared_low")
        titled(costs, f"{corpus}: what imbalance costs", "labels in all", "points of coarse accuracy")
        titled(spared, f"{corpus}: spared by finer labels", "labels in all", "drop(coarse) - drop, 95% interval")
    axes[0].legend(frameon=False, fontsize=8)
    return drawn
