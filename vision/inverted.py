"""Search by inverted lists: only the cells near a query are looked into, as many as the recall takes.

How many is not guessed: it is doubled until the recall, measured on a sample of the queries against all pairs, is
RECALL. Everything is seeded, so the same input gives the same neighbors.
"""

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np

from vision.probing import Exact, Probe, probe
from vision.rows import Rows

RECALL = 0.995
"""The share of a sample's neighbors worth finding that must be found: for 0.99 of all, whatever the sample's luck."""

_log = logging.getLogger(__name__)
_ROUNDS, _A_LIST, _SEED = 8, 64, 1234  # of k-means, and the rows a list that it is trained on


@dataclass(frozen=True, slots=True)
class Nearest:
    """The neighbors of every query, the nearest first: `places` and `scores`, both [n, count].

    A place is a row of what was searched, -1 where there are no more; a score is a cosine or a number of
    differing bits. `recall` is 1 where all that is worth finding was found for certain, else what the sample said.
    """

    places: np.ndarray
    scores: np.ndarray
    recall: float = 1.0


def lists_for(count: int) -> int:
    """How many lists `count` rows are put into: about twice the square root, a power of two."""
    return int(2 ** max(1, round(np.log2(2 * np.sqrt(max(count, 1))))))


def _fill(index: Any, held: Rows) -> None:
    """Cells from k-means over an even sample of the rows, then all rows into their cells."""
    index.cp.niter, index.cp.seed = _ROUNDS, _SEED
    index.cp.max_points_per_centroid, index.cp.min_points_per_centroid = 2 * _A_LIST, 1
    index.train(held[:: max(1, len(held) // (_A_LIST * index.nlist))])
    for _, rows in held.blocks():
        index.add(rows)


def _look_far_enough(index: Any, measured: Probe) -> float:
    """Let the index look into as many lists as RECALL takes; the recall that it then has."""
    index.nprobe = 1
    while (recall := measured.recall(index)) < RECALL and index.nprobe < index.nlist:
        index.nprobe = min(2 * index.nprobe, index.nlist)
    # All lists are all pairs: what was missed is as near as what was found.
    return 1.0 if index.nprobe == index.nlist else recall


def by_lists(index: Any, queries: Rows, held: Rows, count: int, exact: Exact) -> Nearest:
    """The nearest of `held` to each query by an empty inverted index of faiss."""
    measured = probe(queries, held, count, exact)
    _fill(index, held)
    recall = _look_far_enough(index, measured)
    _log.info("%d rows: %d of %d lists are looked into, recall %.4f", len(held), index.nprobe, index.nlist, recall)
    found = [index.search(rows, count) for _, rows in queries.blocks()]
    scores, places = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Nearest(places, scores, recall)
