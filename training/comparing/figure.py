"""The gains of a comparison as a picture."""

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from training.comparing.summary import Difference
from training.config import Arm

SPREAD = 0.7
"""The share of a group's place that its arms lie over."""


def draw(differences: Sequence[Difference], seeds: int) -> bytes:
    """A PNG of differences to the targets alone, by group, each with its 95% interval where it has one."""
    figure = Figure(figsize=(9, 5), layout="constrained")  # without pyplot, whose state belongs to whoever runs us
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for number, one in enumerate(differences):
        place = np.arange(len(one.groups)) + SPREAD * ((number + 0.5) / len(differences) - 0.5)
        mean, low, high = np.array(list(one.groups.values())).T
        reach = np.nan_to_num(np.stack([mean - low, high - mean]))
        axes.errorbar(place, mean, reach, fmt="o", capsize=3, label=one.after)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_xticks(range(len(differences[0].groups)), list(differences[0].groups))
    axes.set_ylabel(f"accuracy less that of {Arm.TARGETS_ONLY}, points")
    axes.set_title(
        f"Test accuracy, {seeds} training seeds, paired, 95% intervals" if seeds > 1 else "Test accuracy, one seed"
    )
    figure.legend(loc="outside right upper")
    sink = io.BytesIO()
    figure.savefig(sink, format="png", dpi=120)
    return sink.getvalue()
