"""Label sets of one data set, coarser and finer, and how any of them is judged at the coarsest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data import Indices


@dataclass(frozen=True, slots=True)
class LabelSet:
    """One granularity: the label of every fine class, of shape [F], and the coarse class of every label, of [L]."""

    of_fine: Indices
    coarse: Indices

    def __len__(self) -> int:
        return len(self.coarse)


def merged(coarse_of_fine: Indices, groups: int, rng: np.random.Generator) -> LabelSet:
    """Each coarse class's fine classes merged at random into `groups` labels, equally many in each.

    `coarse_of_fine` [F] names the coarse class of each fine one. One group each is the coarse label
    set. ValueError where `groups` does not divide the number of a coarse class's fine ones.
    """
    of_fine, coarse = np.empty_like(coarse_of_fine), list[int]()
    for parent in np.unique(coarse_of_fine).tolist():
        members = rng.permutation(np.flatnonzero(coarse_of_fine == parent))
        for group in members.reshape(groups, -1):
            of_fine[group] = len(coarse)
            coarse.append(parent)
    return LabelSet(of_fine, np.array(coarse, dtype=np.int64))


def coarse_predictions(logits: NDArray[np.float32], labels: LabelSet) -> Indices:
    """The coarse class [n] whose labels have the largest sum of softmax in logits [n, L].

    A coarse class's prior is the sum of its labels': all must have as many labels.
    """
    shares = np.exp(logits - logits.max(1, keepdims=True))
    member = labels.coarse[:, None] == np.arange(labels.coarse.max() + 1)
    best: Indices = ((shares / shares.sum(1, keepdims=True)) @ member).argmax(1)
    return best


def class_mean(predicted: Indices, truth: Indices, classes: Indices) -> float:
    """The unweighted mean over these classes of the share of right predictions, in percent."""
    return 100 * float(np.mean([(predicted[truth == each] == each).mean() for each in classes]))
