"""How the scores of kept and rejected pictures lie, over all verdicts of a run."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from storage.records import Decision, DropReason

BINS = 48

SCORES = ("similarity", "agreement", "centrality", "margin")
"""The scores of a Decision that the bounds are about."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of one score in bins of equal width from `low` to `high`.

    `by_this` are those rejected for this very score, `by_others` those rejected for anything else.
    """

    score: str
    low: float
    high: float
    kept: tuple[int, ...]
    by_this: tuple[int, ...]
    by_others: tuple[int, ...]


ABOUT = {
    "similarity": (DropReason.UNLIKE_PARENTS, DropReason.TOO_LIKE_PARENTS),
    "agreement": (DropReason.UNLIKE_CATEGORY,),
    "centrality": (DropReason.FAR_FROM_PROTOTYPE,),
    "margin": (DropReason.LIKE_ANOTHER_CLASS,),
}
"""The reasons that each score is behind."""


def _histogram(score: str, rows: Sequence[Decision]) -> Histogram:
    values = np.array([getattr(row, score) for row in rows])
    group = np.array([0 if row.reason is None else 1 if row.reason in ABOUT[score] else 2 for row in rows])
    low, high = float(values.min()), float(values.max())
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    counts = [tuple(np.histogram(values[group == one], edges)[0].tolist()) for one in range(3)]
    return Histogram(score, float(edges[0]), float(edges[-1]), *counts)


def histograms(decisions: Sequence[Decision]) -> list[Histogram]:
    """One for each of SCORES, over every picture that could be read; none where there is no such picture."""
    readable = [row for row in decisions if row.reason is not DropReason.UNREADABLE]
    return [_histogram(score, readable) for score in SCORES] if readable else []
