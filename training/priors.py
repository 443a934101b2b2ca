"""How many pictures of each class an epoch sees, and the prior that follows from it."""

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from training.config import Caps
from training.data import Indices, TrainingSet


def cap(anchor: int, caps: Caps) -> int:
    """Pictures an epoch may draw of an auxiliary class whose rarest parent has `anchor` pictures."""
    if anchor <= caps.tail_up_to:
        return caps.tail
    return caps.head if anchor > caps.head_above else anchor


def rarest_parent_counts(data: TrainingSet) -> Indices:
    """Training pictures of every auxiliary class's rarest parent, of shape [M]; without one, the largest number."""
    rarest = np.full(len(data.auxiliaries), np.iinfo(np.int64).max)
    np.minimum.at(rarest, data.edges[:, 1], data.train_counts[data.edges[:, 0]])
    return rarest


def spread(counts: Indices, volume: int) -> Indices:
    """Pictures drawn of every class, [K], as even as `counts` allow, that come to `volume` where it can be had.

    No class is left without one, since it would have no prior.
    """
    most = int(counts.max(initial=1))
    level = max(1, bisect_right(range(most + 1), volume, key=lambda drawn: int(np.minimum(counts, drawn).sum())) - 1)
    drawn = np.minimum(counts, level)
    drawn[np.flatnonzero(counts > level)[: max(0, volume - int(drawn.sum()))]] += 1
    return drawn


def epoch_counts(data: TrainingSet, caps: Caps) -> Indices:
    """Pictures of every class in one epoch, targets first, of shape [N + M].

    Auxiliary classes without a parent have no anchor: they share `data.orphans` pictures.
    """
    limits = np.array([cap(int(anchor), caps) for anchor in rarest_parent_counts(data)], dtype=np.int64)
    drawn, orphaned = np.minimum(data.auxiliary_counts, limits), data.orphaned
    drawn[orphaned] = spread(data.auxiliary_counts[orphaned], data.orphans)
    return np.concatenate([data.train_counts, drawn])


def log_prior(counts: Indices) -> NDArray[np.float64]:
    """The logarithm of pi_c = n_c / sum of n over all classes, which must all have pictures."""
    if (counts == 0).any():
        raise ValueError(f"class {int(np.argmin(counts))} has no picture, so its prior has no logarithm")
    logarithms: NDArray[np.float64] = np.log(counts / counts.sum())
    return logarithms
