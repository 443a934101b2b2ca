"""Nearest neighbors: by all pairs where that is affordable, else by inverted lists, or of hashes by their parts."""

from collections.abc import Iterator
from contextlib import contextmanager

import faiss
import numpy as np

from vision.hamming import nearest_bits
from vision.inverted import Nearest, by_lists, lists_for
from vision.pigeonhole import nearest_within
from vision.probing import Exact, at_cosine
from vision.rows import Rows

__all__ = ["Nearest", "nearest_hashes", "nearest_vectors"]

AFFORDABLE_PRODUCTS = 2e12
"""Multiplications up to which all pairs of vectors are compared: some 40 seconds of two cores."""

AFFORDABLE_HASHES = 1e11
"""Pairs of hashes up to which all are compared: as long."""

_WORTH_THREADS = 1e7  # multiplications or pairs; under it threads wait for one another longer than they work


@contextmanager
def _threads_for(work: float) -> Iterator[None]:
    """All of faiss's threads, or one where that is quicker."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(before if work > _WORTH_THREADS else 1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _nearest_products(queries: np.ndarray, held: Rows, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Cosines and places of the `count` nearest by all pairs, both [n, count], of what is held some at a time."""
    cosines, places = np.zeros((len(queries), 0), np.float32), np.zeros((len(queries), 0), np.int64)
    for start, rows in held.blocks():
        near, at = faiss.knn(queries, rows, count, metric=faiss.METRIC_INNER_PRODUCT)
        cosines = np.concatenate([cosines, near], axis=1)
        places = np.concatenate([places, np.where(at < 0, at, at + start)], axis=1)
        order = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
        cosines, places = np.take_along_axis(cosines, order, 1), np.take_along_axis(places, order, 1)
    return cosines, places


def _by_all_pairs(queries: Rows, held: Rows, count: int) -> Nearest:
    with _threads_for(len(queries) * len(held) * held.shape[1]):
        found = [_nearest_products(rows, held, count) for _, rows in queries.blocks()]
    cosines, places = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Nearest(places, cosines)


def nearest_hashes(queries: np.ndarray, held: np.ndarray, count: int, affordable: float = AFFORDABLE_HASHES) -> Nearest:
    """The `count` nearest of `held`, uint8 [m, 8], to each of `queries`, uint8 [n, 8], by differing bits.

    Where all pairs are not affordable, those within `pigeonhole.RADIUS` bits.
    """
    pairs = len(queries) * len(held)
    with _threads_for(pairs):
        bits, places = (nearest_bits if pairs <= affordable else nearest_within)(queries, held, count)
    return Nearest(places, bits)


def nearest_vectors(
    queries: np.ndarray | Rows, held: np.ndarray | Rows, count: int, least: float = -1.0,
    affordable: float = AFFORDABLE_PRODUCTS,
) -> Nearest:  # fmt: skip
    """The `count` nearest of `held`, float32 [m, dim], to each of `queries`, float32 [n, dim], by cosine.

    All are unit vectors; vectors of no dimension have no neighbors. Inverted lists, where all pairs are not
    affordable, may miss what lies under the cosine `least`.
    """
    asked, dim = Rows.of(queries), held.shape[1]
    rows = asked if queries is held else Rows.of(held)
    if not dim or not len(asked):
        return Nearest(np.zeros((len(asked), 0), np.int64), np.zeros((len(asked), 0), np.float32))
    if len(asked) * len(rows) * dim <= affordable:
        return _by_all_pairs(asked, rows, count)
    coarse = faiss.IndexFlatIP(dim)
    half = faiss.ScalarQuantizer.QT_fp16  # in lists a cosine to three digits is enough, at half the memory
    index = faiss.IndexIVFScalarQuantizer(coarse, dim, lists_for(len(rows)), half, faiss.METRIC_INNER_PRODUCT)
    exact = Exact(_nearest_products, lambda cosines: cosines >= least, lambda rows, rng: at_cosine(rows, least, rng))
    return by_lists(index, asked, rows, count, exact)
