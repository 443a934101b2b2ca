"""What is trained on and judged: pictures under fine and coarse classes at once."""

from dataclasses import dataclass

import numpy as np

from tasks.targets.long_tail import LongTail, tail_counts
from training.config import TrainConfig
from training.data import Examples, Indices

FINE = 4
"""Fine classes of every coarse class: as many labels each, so that no granularity brings an imbalance of its own."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A pool to train from and a test split, labeled by fine class; `coarse` [F] is the coarse class of each.

    `tail` is the long tail over the coarse classes, in pictures of each of their fine ones; `train`
    how a classifier is trained. ValueError where one coarse class has more fine ones than another:
    its share of softmax would grow with its labels.
    """

    coarse: Indices
    pool: Examples
    test: Examples
    tail: LongTail
    train: TrainConfig

    def __post_init__(self) -> None:
        sizes = np.bincount(self.coarse)
        if sizes.min() != sizes.max():
            raise ValueError(f"coarse classes have {sizes.min()} to {sizes.max()} fine ones, and should have as many")

    @property
    def counts(self) -> list[int]:
        """Pictures of each fine class of a coarse one, of shape [C], in the imbalanced set."""
        return tail_counts(int(self.coarse.max()) + 1, self.tail)

    @property
    def rarest(self) -> Indices:
        """The third of the coarse classes that has the fewest pictures there."""
        return np.argsort(self.counts, kind="stable")[: len(self.counts) // 3]
