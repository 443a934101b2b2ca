"""How the benchmarks draw: one palette, one style, PNGs of a width that a page shows whole."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

INK, SOFT, LINE = "#1c2330", "#5c6675", "#dfe3ea"
COLORS = ("#4c8bd9", "#1d7f4e", "#d08a2e", "#8a5cc0")
"""The report's own colors of ink, lines and arms."""

WIDTH = 9.0
"""Inches of a whole figure; at DPI, twice as many pixels as a README shows."""

DPI = 180


def panels(rows: int, columns: int, height: float) -> tuple[Figure, list[Axes]]:
    """A figure of so many panels, row by row, each row `height` inches; no window and no global state."""
    figure = Figure(figsize=(WIDTH, rows * height), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(rows, columns, squeeze=False)
    return figure, [_styled(axes) for row in grid for axes in row]


def _styled(axes: Axes) -> Axes:
    axes.grid(axis="y", color=LINE)
    axes.set_axisbelow(True)
    axes.tick_params(colors=SOFT, labelsize=9, length=0)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(LINE)
    return axes


def titled(axes: Axes, title: str, across: str = "", up: str = "") -> None:
    """Say what a panel shows."""
    axes.set_title(title, loc="left", color=INK, fontsize=10.5, fontweight="bold")
    axes.set_xlabel(across, color=SOFT, fontsize=9)
    axes.set_ylabel(up, color=SOFT, fontsize=9)


def curve(
    axes: Axes, means: Sequence[float], errors: Sequence[float], color: str, label: str, shift: float = 0
) -> None:
    """Means with error bars at places 0, 1, ..., each a little aside, so that bars of two curves stay apart."""
    places = [place + shift for place in range(len(means))]
    axes.errorbar(places, means, errors, color=color, label=label, marker="o", markersize=4, linewidth=1.6, capsize=2.5)


def ticks(axes: Axes, labels: Sequence[str]) -> None:
    """Name the places 0, 1, ... of a panel."""
    axes.set_xticks(range(len(labels)), labels)
    axes.set_xlim(-0.5, len(labels) - 0.5)


def save(figure: Figure, path: Path) -> Path:
    """Write the PNG; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=DPI, facecolor="white", metadata={"Software": None})
    return path
