"""What the recall of inverted lists is measured on: sampled queries with their true neighbors by all pairs.

Where the sample has hardly any neighbor worth finding, it says nothing of the rare queries that have some. Then rows of
what is searched stand for these, moved away until they are only just worth finding.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vision.rows import Rows

SAMPLE = 2000
"""Queries that the recall is measured on."""

ENOUGH = 200
"""Neighbors worth finding from which the sampled queries alone are measured on."""

_SEED, _WITHIN = 1234, 0.01  # and how far inside the bound a moved row lies, so that rounding leaves it there


@dataclass(frozen=True, slots=True)
class Exact:
    """Search among all pairs, (queries, held, count) -> (scores, places), and which scores are worth finding.

    `moved` gives rows that lie beside the given ones, yet near enough for these to be worth finding.
    """

    search: Callable[[np.ndarray, Rows, int], tuple[np.ndarray, np.ndarray]]
    worth: Callable[[np.ndarray], np.ndarray]
    moved: Callable[[np.ndarray, np.random.Generator], np.ndarray]


@dataclass(frozen=True, slots=True)
class Probe:
    """Some queries, their true neighbors as places [n, count], and which of these must be found."""

    queries: np.ndarray
    truth: np.ndarray
    sought: np.ndarray

    def recall(self, index: Any) -> float:
        """The share of what is sought that a filled index of faiss finds; 0 where nothing is sought."""
        found = index.search(self.queries, self.truth.shape[1])[1]
        # One number a pair of query and place: all with all would take the square of the shortlist.
        apart = np.arange(len(found))[:, None] * (index.ntotal + 1)
        hits = np.isin((self.truth + apart)[self.sought], (found + apart)[found >= 0])
        return float(hits.mean()) if len(hits) else 0.0


def at_cosine(rows: np.ndarray, least: float, rng: np.random.Generator) -> np.ndarray:
    """Each unit vector of [n, dim] turned in a random direction, until its cosine is hardly over `least`, or over 0."""
    noise = rng.standard_normal(rows.shape)
    across = noise - (noise * rows).sum(1, keepdims=True) * rows
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    cosine = max(least, 0.0) + _WITHIN * (1 - max(least, 0.0))
    turned: np.ndarray = cosine * rows + np.sqrt(1 - cosine**2) * across
    return turned.astype(np.float32)


def _evenly(rows: Rows) -> np.ndarray:
    return np.arange(0, len(rows), max(1, len(rows) // SAMPLE))


def probe(queries: Rows, held: Rows, count: int, exact: Exact) -> Probe:
    """What the recall of a search of `held` for the `count` nearest to `queries` is measured on.

    A row's own place is no success.
    """
    asked = _evenly(queries)
    sample = queries[asked]
    scores, truth = exact.search(sample, held, count)
    sought = exact.worth(scores) & (truth >= 0)
    if queries is held:
        sought &= truth != asked[:, None]
    if sought.sum() >= ENOUGH:
        return Probe(sample, truth, sought)
    moved = np.ascontiguousarray(exact.moved(held[_evenly(held)], np.random.default_rng(_SEED)))
    scores, places = exact.search(moved, held, count)
    rows = ((sample, moved), (truth, places), (sought, exact.worth(scores) & (places >= 0)))
    return Probe(*(np.concatenate(parts) for parts in rows))
