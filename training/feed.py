"""Batches of feature vectors; `training.picture_feed` feeds pictures under the same interface."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from training.data import Examples, Indices, TrainingSet
from training.processes import share
from training.sampler import EpochSampler

Batch = tuple[Tensor, Tensor]
"""Inputs [b, ...] as the network takes them and labels [b] among the N + M classes, on the device that trains."""

EVALUATION_BATCH = 512


class Feed(Protocol):
    """Where a run's batches come from; where several processes train, each is fed its own share."""

    def training(self, steps: range) -> Iterator[Batch]:
        """One batch a step, the same for a step whichever step the range starts at."""

    def evaluation(self, examples: Examples) -> Iterator[Batch]:
        """The process's share of the examples, in order, as the network sees them without augmentation."""

    def close(self) -> None:
        """End what works for the feed; whoever asks it for batches again has that started again."""


def numbered(data: TrainingSet) -> Examples:
    """Targets and auxiliaries under one another, as the sampler numbers them, labeled 0..N+M-1."""
    if len(data.auxiliary) == 0:
        return data.train
    inputs = np.concatenate([data.train.inputs, data.auxiliary.inputs])
    labels = np.concatenate([data.train.labels, data.auxiliary.labels + len(data.classes)])
    return Examples(inputs, labels)


def pieces(examples: Examples, size: int) -> Iterator[Indices]:
    """The numbers of the process's share of the examples, in order, in pieces of at most `size`."""
    numbers = np.arange(len(examples))[share()]
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]


class VectorFeed:
    """Feature vectors that lie in memory."""

    def __init__(self, data: TrainingSet, sampler: EpochSampler, device: torch.device) -> None:
        self._examples = numbered(data)
        self._sampler = sampler
        self._device = device

    def training(self, steps: range) -> Iterator[Batch]:
        """One batch a step."""
        for step in steps:
            yield self._batch(self._examples, self._sampler.batch(step)[share()])

    def evaluation(self, examples: Examples) -> Iterator[Batch]:
        """The process's share of the examples, in order."""
        for numbers in pieces(examples, EVALUATION_BATCH):
            yield self._batch(examples, numbers)

    def close(self) -> None:
        """Nothing works for it."""

    def _batch(self, examples: Examples, numbers: Indices) -> Batch:
        vectors = np.asarray(examples.inputs[numbers], dtype=np.float32)
        return torch.from_numpy(vectors).to(self._device), torch.from_numpy(examples.labels[numbers]).to(self._device)
