"""Nearest neighbors of vectors and of hashes: by all pairs where that is affordable, else by inverted lists."""

from collections.abc import Iterator
from contextlib import contextmanager

import faiss
import numpy as np

from vision.hamming import nearest_bits
from vision.inverted import Nearest, by_lists, lists_for
from vision.probing import Exact, at_cosine, flipped

__all__ = ["Nearest", "nearest_hashes", "nearest_vectors"]

AFFORDABLE_PRODUCTS = 2e12
"""Multiplications up to which all pairs of vectors are compared: some 40 seconds of two cores."""

AFFORDABLE_HASHES = 1e11
"""Pairs of hashes up to which all are compared: as long."""

WORTH_BITS = 16
"""Hashes that differ in more bits tell nothing of copies, so inverted lists need not find them."""


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


def _nearest_products(queries: np.ndarray, held: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    cosines, places = faiss.knn(queries, held, count, metric=faiss.METRIC_INNER_PRODUCT)
    return cosines, places


def nearest_hashes(queries: np.ndarray, held: np.ndarray, count: int, affordable: float = AFFORDABLE_HASHES) -> Nearest:
    """The `count` nearest of `held`, uint8 [m, 8], to each of `queries`, uint8 [n, 8], by differing bits."""
    if (pairs := len(queries) * len(held)) <= affordable:
        with _threads_for(pairs):
            bits, places = nearest_bits(queries, held, count)
        return Nearest(places, bits)
    width = 8 * held.shape[1]
    coarse = faiss.IndexBinaryFlat(width)  # by a name: the index does not keep it alive
    index = faiss.IndexBinaryIVF(coarse, width, lists_for(len(held)))
    exact = Exact(nearest_bits, lambda bits: bits <= WORTH_BITS, lambda rows, rng: flipped(rows, WORTH_BITS, rng))
    return by_lists(index, queries, held, count, exact)


def nearest_vectors(
    queries: np.ndarray, held: np.ndarray, count: int, least: float = -1.0, affordable: float = AFFORDABLE_PRODUCTS
) -> Nearest:
    """The `count` nearest of `held`, float32 [m, dim], to each of `queries`, float32 [n, dim], by cosine.

    All are unit vectors; vectors of no dimension have no neighbors. Inverted lists, where all pairs are not
    affordable, may miss what lies under the cosine `least`.
    """
    dim = held.shape[1]
    if not dim:
        return Nearest(np.zeros((len(queries), 0), np.int64), np.zeros((len(queries), 0), np.float32))
    if (products := len(queries) * len(held) * dim) <= affordable:
        with _threads_for(products):
            cosines, places = _nearest_products(queries, held, count)
        return Nearest(places, cosines)
    coarse = faiss.IndexFlatIP(dim)
    index = faiss.IndexIVFFlat(coarse, dim, lists_for(len(held)), faiss.METRIC_INNER_PRODUCT)
    exact = Exact(_nearest_products, lambda cosines: cosines >= least, lambda rows, rng: at_cosine(rows, least, rng))
    return by_lists(index, queries, held, count, exact)
