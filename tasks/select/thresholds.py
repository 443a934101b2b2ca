"""The number that a bound comes to, for each category.

Source of the rule of two heaps: N. Otsu, A threshold selection method from gray-level histograms, 1979.
"""

from collections.abc import Callable

import numpy as np

from tasks.select.config import Bound, OfTargets, Otsu

NO_BOUND = -1.0
"""What no cosine lies under."""

HEAPS_FROM = 30
"""Pictures from which two heaps can be told from one: of few, chance makes two."""


def otsu(values: np.ndarray) -> tuple[float, float]:
    """The cut between two heaps of values that parts them best, and the share of the variance between them, [0, 1].

    The cut lies midway between the two values next to it; of equal values, or fewer than two, nothing is parted.
    """
    ordered = np.sort(np.asarray(values, np.float64))
    total = ordered.var() if len(ordered) else 0.0
    if len(ordered) < 2 or total < 1e-12:
        return NO_BOUND, 0.0
    below = np.arange(1, len(ordered))
    sums = np.cumsum(ordered)[:-1]
    apart = sums / below - (ordered.sum() - sums) / (len(ordered) - below)
    between = below * (len(ordered) - below) / len(ordered) ** 2 * apart**2
    best = int(between.argmax())
    return float(ordered[best] + ordered[best + 1]) / 2, float(between[best] / total)


def _quantile(of_targets: np.ndarray, share: float) -> float:
    return float(np.quantile(of_targets, share)) if len(of_targets) else NO_BOUND


def _cut(values: np.ndarray, least: float) -> float:
    if len(values) < HEAPS_FROM:
        return NO_BOUND
    cut, share = otsu(values)
    return cut if share >= least else NO_BOUND


def rule(bound: Bound, of_targets: np.ndarray) -> Callable[[np.ndarray], float]:
    """What gives a category's number from its own pictures' scores, copies as one; NO_BOUND for none.

    `of_targets` are the target pictures' scores, which only a bound OfTargets asks for.
    """
    if isinstance(bound, Otsu):
        least = bound.otsu
        return lambda values: _cut(values, least)
    number = bound if not isinstance(bound, OfTargets) else _quantile(of_targets, bound.target_quantile)
    return lambda _: number
