"""The figure of all corpora: accuracy, and what imbalance costs, against granularity."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.figures import COLORS, SOFT, curve, panels, ticks, titled
from benchmarks.granularity.measure import Row


def _curve(panel: Axes, rows: Sequence[Row], loss: str, name: str, color: str, label: str) -> None:
    held = [row for row in rows if row["loss"] == loss]
    curve(panel, [float(row[name]) for row in held], [float(row[f"{name}_se"]) for row in held], color, label)
    ticks(panel, [f"{row['labels']:.0f}" for row in held])


def figure(summary: Mapping[str, Sequence[Row]]) -> Figure:
    """A row a corpus: accuracy of both training sets under the first loss, and what imbalance costs by loss."""
    drawn, axes = panels(len(summary), 2, 3.0)
    for place, (corpus, rows) in enumerate(summary.items()):
        losses = list(dict.fromkeys(str(row["loss"]) for row in rows))
        for name, color in zip(("balanced", "imbalanced"), COLORS, strict=False):
            _curve(axes[2 * place], rows, losses[0], name, color, name)
        for number, loss in enumerate(losses):
            _curve(axes[2 * place + 1], rows, loss, "drop", COLORS[2 + number], loss)
        axes[2 * place + 1].axhline(0, color=SOFT, linewidth=0.8)
        titled(axes[2 * place], f"{corpus}, {losses[0]}", "labels in all", "coarse test accuracy, %")
        titled(axes[2 * place + 1], f"{corpus}: what imbalance costs", "labels in all", "points")
    for panel in axes:
        panel.legend(frameon=False, fontsize=9)
    return drawn
