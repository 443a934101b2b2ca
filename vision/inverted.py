"""Search by inverted lists: only the cells near a query are looked into, as many as the recall takes.

How many is not guessed: it is doubled until the recall, measured on a sample of the queries against all pairs, is
RECALL. Everything is seeded, so the same input gives the same neighbors.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

RECALL = 0.995
"""The share of a sample's neighbors worth finding that must be found: for 0.99 of all, whatever the sample's luck."""

SAMPLE = 2000
"""Queries that the recall is measured on."""

_log = logging.getLogger(__name__)
_ROUNDS, _A_LIST, _SEED = 8, 64, 1234  # of k-means, and the rows a list that it is trained on


@dataclass(frozen=True, slots=True)
class Nearest:
    """The neighbors of every query, the nearest first: `places` and `scores`, both [n, count].

    A place is a row of what was searched, -1 where there are no more; a score is a cosine or a number of
    differing bits. `recall` is 1 where all pairs were compared, else what the sample said.
    """

    places: np.ndarray
    scores: np.ndarray
    recall: float = 1.0


@dataclass(frozen=True, slots=True)
class Exact:
    """Search among all pairs, (queries, held, count) -> (scores, places), and which scores are worth finding."""

    search: Callable[[np.ndarray, np.ndarray, int], tuple[np.ndarray, np.ndarray]]
    worth: Callable[[np.ndarray], np.ndarray]


def lists_for(count: int) -> int:
    """How many lists `count` rows are put into: about twice the square root, a power of two."""
    return int(2 ** max(1, round(np.log2(2 * np.sqrt(max(count, 1))))))


def _fill(index: Any, held: np.ndarray) -> None:
    """Cells from k-means over an even sample of the rows, then all rows into their cells."""
    index.cp.niter, index.cp.seed = _ROUNDS, _SEED
    index.cp.max_points_per_centroid, index.cp.min_points_per_centroid = 2 * _A_LIST, 1
    index.train(np.ascontiguousarray(held[:: max(1, len(held) // (_A_LIST * index.nlist))]))
    index.add(held)


def by_lists(index: Any, queries: np.ndarray, held: np.ndarray, count: int, exact: Exact) -> Nearest:
    """The nearest of `held` to each query by an empty inverted index of faiss; a row's own place is no success."""
    asked = np.arange(0, len(queries), max(1, len(queries) // SAMPLE))
    sample = np.ascontiguousarray(queries[asked])
    scores, truth = exact.search(sample, held, count)
    sought = exact.worth(scores) & (truth >= 0)
    if queries is held:
        sought &= truth != asked[:, None]
    _fill(index, held)
    index.nprobe, recall = 1, 1.0
    while sought.any():
        found = (truth[:, :, None] == index.search(sample, count)[1][:, None, :]).any(2)
        if (recall := float(found[sought].mean())) >= RECALL or index.nprobe == index.nlist:
            break
        index.nprobe = min(2 * index.nprobe, index.nlist)
    _log.info("%d rows: %d of %d lists are looked into, recall %.4f", len(held), index.nprobe, index.nlist, recall)
    scores, places = index.search(queries, count)
    return Nearest(places, scores, recall)
