"""A training set of the planned size that holds no picture, and batches of generated ones."""

from collections.abc import Iterator

import numpy as np
import torch

from training.data import Examples, Indices, TrainingSet
from training.feed import Batch
from training.randomness import stream
from training.sizing.plan import Plan

COLORS = 3


def _blank(labels: Indices) -> Examples:
    """Examples that say of which class they are, and show nothing."""
    return Examples(np.empty((len(labels), 0), dtype=np.float32), labels)


def planned_set(plan: Plan) -> TrainingSet:
    """The set as it may come to be: auxiliary j neighbors target j mod N, with as many pictures as an epoch draws."""
    targets, caps = len(plan.train_counts), plan.config.caps
    held = max(caps.tail, caps.head, caps.head_above)
    indices = np.arange(plan.auxiliaries)
    return TrainingSet(
        classes=tuple(f"target {label}" for label in range(targets)),
        auxiliaries=tuple(f"neighbor {index}" for index in indices),
        edges=np.stack([indices % targets, indices], axis=1),
        train=_blank(np.repeat(np.arange(targets), plan.train_counts)),
        val=_blank(np.arange(targets)),
        test=_blank(np.arange(targets)),
        auxiliary=_blank(np.repeat(indices, held)),
    )


class GeneratedFeed:
    """Batches of `size` pictures of noise with random labels among `classes`."""

    def __init__(self, size: int, side: int, classes: int, seed: int, device: torch.device) -> None:
        self._size, self._side, self._classes, self._seed, self._device = size, side, classes, seed, device

    def training(self, steps: range) -> Iterator[Batch]:
        """One batch a step: [size, 3, side, side], as normalized pictures are, and labels [size]."""
        for step in steps:
            rng = stream(self._seed, "generated", step)
            pictures = rng.standard_normal((self._size, COLORS, self._side, self._side), dtype=np.float32)
            labels = rng.integers(self._classes, size=self._size)
            yield torch.from_numpy(pictures).to(self._device), torch.from_numpy(labels).to(self._device)

    def evaluation(self, examples: Examples) -> Iterator[Batch]:  # noqa: ARG002  # every feed is asked so
        """Nothing is evaluated."""
        return iter(())

    def close(self) -> None:
        """Nothing works for it."""
