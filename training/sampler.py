"""Which pictures a step sees: exact epochs, each with a fresh draw of the capped auxiliary pictures.

The order is a pure function of the seed and the step, so that a resumed run needs no state.
Pictures are numbered targets first: i < len(train) is a target, the rest are auxiliary.
"""

import numpy as np

from training.config import Caps
from training.data import Indices, TrainingSet
from training.priors import epoch_counts
from training.randomness import stream


def by_class(labels: Indices, classes: int) -> list[Indices]:
    """The places of every class's labels, in order: [classes] arrays."""
    ends = np.cumsum(np.bincount(labels, minlength=classes))
    return np.split(np.argsort(labels, kind="stable"), ends)[:-1]  # nothing follows the last end


class EpochSampler:
    """Batches cut from an endless row of epochs; a batch may span two of them, and is that of all processes."""

    def __init__(self, data: TrainingSet, caps: Caps, batch_size: int, seed: int) -> None:
        counts = epoch_counts(data, caps)
        self._targets = len(data.train)
        self._drawn = counts[len(data.classes) :]
        self._by_class = by_class(data.auxiliary.labels, len(data.auxiliaries))
        self._batch_size = batch_size
        self._seed = seed
        self._held: tuple[int, Indices] | None = None
        self.epoch_length = int(counts.sum())

    def epoch(self, number: int) -> Indices:
        """Every picture of one epoch in its order, of shape [epoch_length]."""
        if self._held is None or self._held[0] != number:
            rng = stream(self._seed, "epoch", number)
            auxiliary = [
                rng.choice(pictures, count, replace=False)
                for pictures, count in zip(self._by_class, self._drawn, strict=True)
            ]
            drawn = np.concatenate([np.arange(self._targets), *(self._targets + a for a in auxiliary)])
            self._held = number, rng.permutation(drawn)
        return self._held[1]

    def batch(self, step: int) -> Indices:
        """The pictures of a step, of shape [batch_size]."""
        start = step * self._batch_size
        rows: list[Indices] = []
        while (missing := self._batch_size - sum(map(len, rows))) > 0:
            number, place = divmod(start + self._batch_size - missing, self.epoch_length)
            rows.append(self.epoch(number)[place : place + missing])
        return np.concatenate(rows)
