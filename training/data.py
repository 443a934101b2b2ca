"""What a run is trained on: the long-tailed targets, the auxiliary classes, who neighbors whom."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from storage.errors import BadInput

Inputs = NDArray[np.float32] | NDArray[np.object_]
"""Feature vectors of shape [n, d], or n `Picture`s."""
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a picture's bytes lie: a whole file, or `size` bytes of a shard from `offset`.

    `digest` is the SHA-256 of the original picture.
    """

    uri: str
    digest: str
    offset: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Examples:
    """Inputs with their labels, of shape [n]."""

    inputs: Inputs
    labels: Indices

    def __post_init__(self) -> None:
        if len(self.inputs) != len(self.labels):
            raise ValueError(f"{len(self.inputs)} inputs for {len(self.labels)} labels")

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """N target classes, M auxiliary ones, and the edges between them.

    `auxiliary` is labeled 0..M-1; in the classifier its classes follow the targets, as
    N..N+M-1. `edges`, of shape [E, 2], holds pairs of (target label, auxiliary index).
    `lost` counts the listed pictures that are left out because they have no vector.
    """

    classes: tuple[str, ...]
    auxiliaries: tuple[str, ...]
    edges: Indices
    train: Examples
    val: Examples
    test: Examples
    auxiliary: Examples
    lost: int = 0

    @property
    def train_counts(self) -> Indices:
        """Training pictures of every target class, of shape [N]."""
        return np.bincount(self.train.labels, minlength=len(self.classes))

    @property
    def auxiliary_counts(self) -> Indices:
        """Pictures held of every auxiliary class, of shape [M]."""
        return np.bincount(self.auxiliary.labels, minlength=len(self.auxiliaries))


def as_edges(pairs: Sequence[tuple[int, int]]) -> Indices:
    """Pairs of (target label, auxiliary index) as an array of shape [E, 2], each once, in order."""
    return np.array(sorted(set(pairs)), dtype=np.int64).reshape(-1, 2)


def without_empty_auxiliaries(data: TrainingSet) -> TrainingSet:
    """The set without auxiliary classes that curation left empty: a prior of zero has no logarithm."""
    held = data.auxiliary_counts > 0
    place = np.cumsum(held) - 1
    edges = data.edges[held[data.edges[:, 1]]]
    return replace(
        data,
        auxiliaries=tuple(name for name, kept in zip(data.auxiliaries, held, strict=True) if kept),
        edges=np.stack([edges[:, 0], place[edges[:, 1]]], axis=1),
        auxiliary=replace(data.auxiliary, labels=place[data.auxiliary.labels]),
    )


def content_digest(data: TrainingSet) -> str:
    """A digest of all that training reads; pictures count by what they show, not by where they lie."""
    digest = hashlib.sha256(repr((data.classes, data.auxiliaries)).encode() + data.edges.tobytes())
    for examples in (data.train, data.val, data.auxiliary):
        if examples.inputs.dtype == object:
            digest.update(repr([picture.digest for picture in examples.inputs]).encode())
        else:
            digest.update(examples.inputs.tobytes())
        digest.update(examples.labels.tobytes())
    return digest.hexdigest()


def check(data: TrainingSet) -> None:
    """Refuse what cannot be trained on, naming the class."""
    for label in np.flatnonzero(data.train_counts == 0):
        raise BadInput(
            f"target class {data.classes[label]!r} has no readable training picture",
            "add pictures of it to the training list, or take it off the class list",
        )
    for empty in np.flatnonzero(data.auxiliary_counts == 0):
        raise BadInput(
            f"auxiliary class {data.auxiliaries[empty]!r} has no picture, so its prior has no logarithm",
            "remove it first: training.data.without_empty_auxiliaries",
        )
    if len(data.val) == 0:
        raise BadInput("the validation split is empty", "list pictures for it: checkpoints are chosen on it alone")
    parents = set(data.edges[:, 1].tolist())
    for index, name in enumerate(data.auxiliaries):
        if index not in parents:
            raise BadInput(f"auxiliary class {name!r} has no parent", "give it a target class that it neighbors")
