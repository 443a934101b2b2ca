"""The nearest of many hashes by all pairs, twice as fast as keeping the nearest of each while they are compared.

To collect what lies within a radius costs half of that, so a radius is guessed from a sample of the queries; those
that find too few within it are searched again.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import faiss
import numpy as np

WORTH_GUESSING = 1e8
"""Pairs from which a radius is guessed."""

_SAMPLE, _ENOUGH = 500, 0.95  # queries the radius is guessed from, and the share of them that it must satisfy
_BLOCK, _MOST = 5000, 5e7  # queries at a time, fewer where all within the radius would be more pairs: 600 MB


def by_keeping(queries: np.ndarray, held: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Differing bits and places of the `count` nearest, both [n, count], uint8 hashes of [n, 8] and [m, 8] given."""
    bits, places = faiss.knn_hamming(queries, held, count, variant="mc")
    return bits, places


def _first(found: tuple[np.ndarray, np.ndarray, np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray]:
    """The first `count` of a search within a radius: [n, count], places -1 where there were too few."""
    starts, distances, places = found
    sizes = (starts[1:] - starts[:-1]).astype(np.int64)
    rows = np.repeat(np.arange(len(sizes)), sizes)
    ranks = np.arange(len(rows)) - starts.astype(np.int64)[rows]
    order, kept = np.lexsort((distances, rows)), ranks < count
    bits, first = np.zeros((len(sizes), count), np.int32), np.full((len(sizes), count), -1, np.int64)
    bits[rows[kept], ranks[kept]] = distances[order][kept]
    first[rows[kept], ranks[kept]] = places[order][kept]
    return bits, first


def nearest_bits(queries: np.ndarray, held: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The same as `by_keeping`, which of several at the same distance aside."""
    if len(queries) * len(held) < WORTH_GUESSING or count > len(held):
        return by_keeping(queries, held, count)
    sampled, _ = by_keeping(np.ascontiguousarray(queries[:: -(-len(queries) // _SAMPLE)]), held, count)
    radius = int(np.quantile(sampled[:, -1], _ENOUGH)) + 1  # what is found lies under it
    index: Any = faiss.IndexBinaryFlat(8 * held.shape[1])  # its types lack the size of a batch
    index.add(held)
    index.query_batch_size = block = max(1, min(_BLOCK, int(_MOST // len(held))))

    def within(at: int) -> tuple[np.ndarray, np.ndarray]:
        return _first(index.range_search(queries[at : at + block], radius), count)

    with ThreadPoolExecutor(os.cpu_count()) as threads:  # faiss itself would use one
        parts = list(threads.map(within, range(0, len(queries), block)))
    bits, places = (np.concatenate(sides) for sides in zip(*parts, strict=True))
    short = np.flatnonzero(places[:, -1] < 0)
    bits[short], places[short] = by_keeping(queries[short], held, count)
    return bits, places
