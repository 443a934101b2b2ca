"""A million vectors deduplicated on two cores: time, memory, and recall against all pairs.

    python -m benchmarks.copies.million VECTORS.npy COUNT

The vectors of real photographs, brought to 512 dimensions by a random projection and perturbed COPIES times each, lie
among random ones. Timed are the nearest neighbors, the pairs over a cosine, and their components. The recall is of
such pairs of sampled perturbed vectors, among the nearest that all pairs give.
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.copies.speed import use_two_cores

DIM, COPIES, NOISE = 512, 9, 0.2  # noise of that norm on unit vectors: two copies are at a cosine of 0.96
NEAREST, COSINE, SAMPLE = 10, 0.9, 500
_BLOCK = 100_000  # rows drawn at a time


def _unit(rows: np.ndarray) -> np.ndarray:
    normed: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return normed.astype(np.float32)


def perturbed(real: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each vector and COPIES perturbed ones, float32 [n * (COPIES + 1), DIM]."""
    axes, _ = np.linalg.qr(rng.standard_normal((real.shape[1], DIM)))
    base = np.repeat(_unit(real @ axes), COPIES + 1, axis=0)
    noise = rng.standard_normal(base.shape) * (NOISE / np.sqrt(DIM))
    noise[:: COPIES + 1] = 0
    return _unit(base + noise)


def crowd(real: np.ndarray, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """`count` vectors, float32 [count, DIM], and the rows of the perturbed ones among them."""
    near = perturbed(real, rng)[: count // 2]
    held = np.empty((count, DIM), np.float32)
    for start in range(0, count, _BLOCK):
        block = held[start : start + _BLOCK]
        block[:] = _unit(rng.standard_normal(block.shape, dtype=np.float32))
    rows = rng.permutation(count)[: len(near)]
    held[rows] = near
    return held, rows


def _recall(held: np.ndarray, rows: np.ndarray, places: np.ndarray) -> float:
    """The share of the nearest over COSINE, by all pairs, that were found for these rows."""
    from vision.search import nearest_vectors

    truth = nearest_vectors(np.ascontiguousarray(held[rows]), held, NEAREST + 1, affordable=float("inf"))
    sought = (truth.scores >= COSINE) & (truth.places != rows[:, None])
    hits = (truth.places[:, :, None] == places[rows][:, None, :]).any(2)
    return float(hits[sought].mean())


def main() -> None:
    """Measure, and print one JSON object."""
    use_two_cores()
    from tasks.select.duplicates import components
    from vision.search import nearest_vectors

    rng = np.random.default_rng(0)
    held, rows = crowd(np.load(Path(sys.argv[1])), int(sys.argv[2]), rng)
    begun = time.perf_counter()
    found = nearest_vectors(held, held, NEAREST + 1, COSINE, affordable=0)
    one, at = np.nonzero((found.scores >= COSINE) & (found.places >= 0))
    groups = components(len(held), np.stack([one, found.places[one, at]], axis=1))
    seconds, peak = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    figures = {"seconds": round(seconds, 1), "peak_gb": round(peak, 2), "kept": len(np.unique(groups))}
    recall = _recall(held, rng.choice(rows, min(SAMPLE, len(rows)), replace=False), found.places)
    print(json.dumps({**figures, "recall": round(recall, 4), "recall_by_own_sample": round(found.recall, 4)}))


if __name__ == "__main__":
    main()
