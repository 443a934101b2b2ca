"""Small training sets to test on."""

import json
from pathlib import Path

import numpy as np

from training.config import TrainConfig
from training.data import Examples, Indices, TrainingSet, as_edges
from training.metrics import VOLATILE

QUICK = TrainConfig(steps=30, batch_size=8, hidden=16, evaluate_every=10, log_every=5, save_every=10, device="cpu")
DIM = 12


def lines_of(log: Path) -> list[dict[str, float]]:
    """The lines of a metrics.jsonl, without what no two runs have the same of."""
    lines = map(json.loads, log.read_text().splitlines())
    return [{name: value for name, value in line.items() if name not in VOLATILE} for line in lines]


def clouds(labels: Indices, centers: np.ndarray, seed: int) -> Examples:
    """Unit vectors around the centers of their classes."""
    rng = np.random.default_rng(seed)
    vectors = centers[labels] + 0.3 * rng.normal(size=(len(labels), centers.shape[1]))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return Examples(unit.astype(np.float32), labels)


def small_set(train: tuple[int, ...] = (12, 6, 2), auxiliary: tuple[int, ...] = (5, 4)) -> TrainingSet:
    """A few target classes, auxiliaries with target a and a + 1 as their parents, and an even val and test.

    Beside them 10 spare pictures a class, and 8 pictures of each of 3 unrelated classes.
    """
    targets, neighbors = len(train), len(auxiliary)
    elsewhere = np.random.default_rng(1).normal(size=(3, DIM))
    centers = np.random.default_rng(0).normal(size=(targets + neighbors, DIM))
    even = np.repeat(np.arange(targets), 4)
    return TrainingSet(
        classes=tuple(f"target {label}" for label in range(targets)),
        auxiliaries=tuple(f"neighbor {index}" for index in range(neighbors)),
        edges=as_edges([(index + step, index) for index in range(neighbors) for step in (0, 1)]),
        train=clouds(np.repeat(np.arange(targets), train), centers, 1),
        val=clouds(even, centers, 2),
        test=clouds(even, centers, 3),
        auxiliary=clouds(np.repeat(np.arange(neighbors), auxiliary), centers[targets:], 4),
        spare=clouds(np.repeat(np.arange(targets), 10), centers, 5),
        unrelated=clouds(np.repeat(np.arange(3), 8), elsewhere, 6),
    )
