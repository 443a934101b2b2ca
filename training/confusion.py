"""Where wrong answers go, and whether to classes that a neighbor stands between."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from storage.records import Confused
from training.config import Arm
from training.data import TrainingSet
from training.evaluate import Tally


def sharers(data: TrainingSet) -> Mapping[int, set[int]]:
    """For every target class with a neighbor the parents of its neighbors, itself among them."""
    parents: dict[int, list[int]] = defaultdict(list)
    for target, neighbor in data.edges.tolist():
        parents[neighbor].append(target)
    found: dict[int, set[int]] = defaultdict(set)
    for together in parents.values():
        for target in together:
            found[target].update(together)
    return found


def confusion(tally: Tally, data: TrainingSet, arm: Arm) -> tuple[Confused, ...]:
    """One row a pair of classes that were confused; the neighbors are those of `data`, whatever the arm saw of them."""
    wrong = tally.answers != tally.labels
    pairs = np.stack([tally.labels[wrong], tally.answers[wrong]], axis=1)
    kinds, pictures = np.unique(pairs, axis=0, return_counts=True)
    near = sharers(data)
    return tuple(
        Confused(arm, label, data.classes[label], other, data.classes[other], count, other in near.get(label, ()))
        for (label, other), count in zip(kinds.tolist(), pictures.tolist(), strict=True)
    )


def share_to_sharers(rows: Sequence[Confused]) -> float | None:
    """The share of the errors that went to a class with a common neighbor; None where nothing went wrong."""
    errors = sum(row.pictures for row in rows)
    return sum(row.pictures for row in rows if row.shares_neighbor) / errors if errors else None
