"""What a run is trained on: the long-tailed targets, the auxiliary classes, who neighbors whom."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from storage.errors import BadInput

Inputs = NDArray[np.float32] | NDArray[np.object_]
"""Feature vectors of shape [n, d], or n `Picture`s."""
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a picture's bytes lie: a whole file, or `size` bytes of a shard from `offset`.

    `digest` is the SHA-256 of the original picture; `packed` says what made other bytes of it, the
    content of the shards that it lies in.
    """

    uri: str
    digest: str
    offset: int = 0
    size: int = 0
    packed: str = ""


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


def no_examples() -> Examples:
    """Nothing, of no width."""
    return Examples(np.empty((0, 0), dtype=np.float32), np.empty(0, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """N target classes, M auxiliary ones, and the edges between them.

    `auxiliary` is labeled 0..M-1; in the classifier its classes follow the targets, as
    N..N+M-1. `edges`, of shape [E, 2], holds pairs of (target label, auxiliary index).
    `lost` counts the listed pictures that are left out because they have no vector.
    For the control arms alone: `spare` are more pictures of the targets, `unrelated` pictures
    of classes 0..K-1 that are like none of them, and `orphans` how many pictures of auxiliary
    classes without a parent an epoch draws in all; at 0 no class may be without.
    """

    classes: tuple[str, ...]
    auxiliaries: tuple[str, ...]
    edges: Indices
    train: Examples
    val: Examples
    test: Examples
    auxiliary: Examples
    lost: int = 0
    spare: Examples = field(default_factory=no_examples)
    unrelated: Examples = field(default_factory=no_examples)
    orphans: int = 0

    @property
    def train_counts(self) -> Indices:
        """Training pictures of every target class, of shape [N]."""
        return np.bincount(self.train.labels, minlength=len(self.classes))

    @property
    def auxiliary_counts(self) -> Indices:
        """Pictures held of every auxiliary class, of shape [M]."""
        return np.bincount(self.auxiliary.labels, minlength=len(self.auxiliaries))

    @property
    def orphaned(self) -> NDArray[np.bool_]:
        """Which auxiliary classes have no parent, of shape [M]."""
        return ~np.isin(np.arange(len(self.auxiliaries)), self.edges[:, 1])


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
    """A digest of all that an arm is trained and judged on; pictures count by what they show, not by where they lie.

    What an arm has yet to take its part of, `spare` and `unrelated`, is none of it.
    """
    digest = hashlib.sha256(repr((data.classes, data.auxiliaries)).encode() + data.edges.tobytes())
    digest.update(repr(data.orphans).encode() if data.orphans else b"")
    for examples in (data.train, data.val, data.test, data.auxiliary):
        if examples.inputs.dtype == object:
            digest.update(repr([picture.digest + picture.packed for picture in examples.inputs]).encode())
        else:
            digest.update(examples.inputs.tobytes())
        digest.update(examples.labels.tobytes())
    return digest.hexdigest()


def left_out(data: TrainingSet) -> str:
    """A line on the listed pictures that have no vector; empty where all have one."""
    if data.lost == 0:
        return ""
    listed = data.lost + sum(map(len, (data.train, data.val, data.test, data.auxiliary)))
    return f"{data.lost:,} of {listed:,} listed pictures are left out: they have no vector"


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
        raise BadInput(
            "the validation split is empty", "list readable pictures for it: checkpoints are chosen on it alone"
        )
    for orphan in np.flatnonzero(data.orphaned & (data.orphans == 0)):
        raise BadInput(
            f"auxiliary class {data.auxiliaries[orphan]!r} has no parent", "give it a target class that it neighbors"
        )
