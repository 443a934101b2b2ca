"""The number that a bound comes to, for each category.

Source of the rule of two heaps: N. Otsu, A threshold selection method from gray-level histograms, 1979.
"""

from collections.abc import Mapping

import numpy as np

from tasks.select.config import Bound, OfTargets, Otsu

NO_BOUND = -1.0
"""What no cosine lies under."""


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


def threshold(bound: Bound, of_targets: np.ndarray, values: np.ndarray) -> float:
    """The number for one category: `of_targets` are the target pictures' scores, `values` its own pictures'."""
    if isinstance(bound, OfTargets):
        return float(np.quantile(of_targets, bound.target_quantile)) if len(of_targets) else NO_BOUND
    if isinstance(bound, Otsu):
        cut, share = otsu(values)
        return cut if share >= bound.otsu else NO_BOUND
    return bound


def thresholds(bound: Bound, of_targets: np.ndarray, by_category: Mapping[str, np.ndarray]) -> dict[str, float]:
    """The number for each category, by its name."""
    return {name: threshold(bound, of_targets, values) for name, values in by_category.items()}
