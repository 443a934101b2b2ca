"""Fewer neighbors of a class, and fewer pictures of them, after curation has seen them all."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from storage.records import Neighbor
from training.config import Caps
from training.data import Examples, TrainingSet, as_edges, without_empty_auxiliaries
from training.priors import epoch_counts, spread
from training.randomness import stream


def first_neighbors(data: TrainingSet, names: Sequence[Neighbor], count: int) -> TrainingSet:
    """The set with the `count` best ranked of each target's neighbors, of those that have pictures.

    A neighbor that is among the first of one target alone is no longer silenced against the others.
    """
    ranks = {row.name: row.rank for row in names if row.reason is None}
    edges = sorted(data.edges.tolist(), key=lambda edge: (ranks[data.auxiliaries[edge[1]]], edge[1]))
    first = [edge for target in range(len(data.classes)) for edge in [e for e in edges if e[0] == target][:count]]
    held = np.isin(data.auxiliary.labels, [auxiliary for _, auxiliary in first])
    pictures = replace(data.auxiliary, inputs=data.auxiliary.inputs[held], labels=data.auxiliary.labels[held])
    return without_empty_auxiliaries(
        replace(data, edges=as_edges([(target, auxiliary) for target, auxiliary in first]), auxiliary=pictures)
    )


def volume(data: TrainingSet, caps: Caps) -> int:
    """Pictures of neighbors that an epoch draws."""
    return int(epoch_counts(data, caps)[len(data.classes) :].sum())


def at_volume(data: TrainingSet, total: int, caps: Caps, seed: int) -> TrainingSet:
    """The set with so few pictures of its neighbors that an epoch draws `total`, cut as evenly as can be.

    Which of a neighbor's pictures stay is up to the seed: the likest to their parents would be another factor.
    """
    drawn = spread(epoch_counts(data, caps)[len(data.classes) :], total)
    rng, labels = stream(seed, "even cut"), data.auxiliary.labels
    kept = [rng.permutation(np.flatnonzero(labels == each))[:count] for each, count in enumerate(drawn)]
    held = np.sort(np.concatenate(kept))
    return replace(data, auxiliary=Examples(data.auxiliary.inputs[held], labels[held]))
