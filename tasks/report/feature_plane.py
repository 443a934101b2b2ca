"""From features to the plane by UMAP, and the one number beside it that no projection can feign."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import numpy as np

from tasks.report.feature_files import Points

NEIGHBORS = 15
"""Of every point, which UMAP keeps together: its own default."""

_ONE_BY_ONE = Lock()
"""numba's settings and its threads are the process's, and reports may be written in several of its threads."""


@contextmanager
def _umap() -> Iterator[Any]:  # umap ships no types
    """umap-learn, for callers that bring the nearest neighbors of every point.

    pynndescent, which would look for them, compiles itself for many seconds when it is imported: it
    is imported uncompiled. What umap compiles is kept in a folder that goes again, since the place
    where packages lie may be read-only.
    """
    with _ONE_BY_ONE, TemporaryDirectory() as cache, warnings.catch_warnings():
        import numba  # heavy, as what follows: only where a map is drawn

        settings: Any = numba.config  # it makes its names as it is imported
        before = settings.CACHE_DIR, settings.DISABLE_JIT
        settings.CACHE_DIR, settings.DISABLE_JIT = cache, 1
        try:
            import pynndescent  # type: ignore[import-untyped]  # noqa: F401

            settings.DISABLE_JIT = before[1]
            import umap  # type: ignore[import-untyped]

            warnings.filterwarnings("ignore", message=".*is not an NNDescent object")
            yield umap
        finally:
            settings.CACHE_DIR, settings.DISABLE_JIT = before


def project(points: Points) -> Points:
    """The plane [n, 2] in which UMAP places unit vectors [n, d], n of 5 or more; the same ones the same way."""
    apart = np.sqrt(np.maximum(2 - 2 * points @ points.T, 0))
    np.fill_diagonal(apart, -1)  # first of its own row, whatever its copies
    count = min(NEIGHBORS, len(points) - 1)
    indices = np.argsort(apart, axis=1, kind="stable")[:, :count]
    distances = np.maximum(np.take_along_axis(apart, indices, axis=1), 0)
    # Spectral positions of few points, or of copies, are not the same twice.
    start = "random" if len(points) <= NEIGHBORS or not distances.all(axis=1).any() else "spectral"
    with _umap() as umap:
        mapper = umap.UMAP(
            n_neighbors=count, random_state=0, n_jobs=1, init=start, precomputed_knn=(indices, distances)
        )
        placed: Points = mapper.fit_transform(points).astype(np.float64)
    return placed


def turned(points: Points, head: Points, tail: Points) -> Points:
    """Points [n, 2] turned so that the tail's mean lies to the right of the head's; no distance changes."""
    right, up = tail.mean(axis=0) - head.mean(axis=0)
    length = float(np.hypot(right, up))
    if not length:
        return points
    cosine, sine = right / length, up / length
    rotated: Points = points @ np.array([[cosine, -sine], [sine, cosine]])
    return rotated


def fitted(points: Points, width: float, height: float) -> Points:
    """Points [n, 2] moved and scaled alike in both directions into the middle of a plane, which they fill."""
    low, high = points.min(axis=0), points.max(axis=0)
    spans = np.maximum(high - low, np.finfo(np.float32).tiny)
    scale = min(width / spans[0], height / spans[1])
    moved: Points = (points - (low + high) / 2) * scale + np.array([width, height]) / 2
    return moved


def nearer_to_own(head: Points, tail: Points) -> float:
    """The share of points nearer to the mean of their own class's other points than to the other class's mean.

    In [0, 1], the mean of the two classes' shares; each has two points or more.
    """
    shares = []
    for own, other in ((head, tail), (tail, head)):
        others = (own.sum(axis=0) - own) / (len(own) - 1)
        to_own = np.linalg.norm(own - others, axis=1)
        shares.append(float(np.mean(to_own < np.linalg.norm(own - other.mean(axis=0), axis=1))))
    return sum(shares) / 2
