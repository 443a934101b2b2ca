"""How like its parents a picture is."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from storage.records import Split, TargetPicture
from tasks.select.labeled import Labeled, places_by
from vision.vectors import Vectors

STRANGER = -1.0
"""The similarity of a picture whose parents have no prototype."""

SAMPLE = 20_000_000
"""Cosines between target pictures and classes that are looked at: 80 MB, and of a quantile four digits."""


def unit_mean(matrix: np.ndarray) -> np.ndarray:
    """The mean of vectors [n, dim], of norm 1."""
    mean = matrix.mean(0)
    normed: np.ndarray = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return normed


def train_pictures(targets: Sequence[TargetPicture], vectors: Vectors) -> tuple[Labeled, np.ndarray]:
    """The target train pictures as classes of their own kind, and their labels [n]; so that no test picture selects."""
    finite = vectors.finite
    places = {digest: place for digest, place in vectors.places.items() if finite[place]}
    train = [row for row in targets if row.split is Split.TRAIN and row.digest in places]
    train.sort(key=lambda row: (row.digest, row.label))  # of one order, whatever order they come in
    labels = np.array([row.label for row in train], np.int64)
    return Labeled(
        vectors.rows[np.array([places[row.digest] for row in train], np.int64)],
        np.array([f"target {label}" for label in labels], dtype=object),
        np.array([row.digest for row in train], dtype=object),
    ), labels


def _by_label(labels: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Every label, in order, and the places where it stands."""
    found, codes = np.unique(labels, return_inverse=True)
    yield from zip(found.tolist(), places_by(codes), strict=True)


def prototypes(matrix: np.ndarray, labels: np.ndarray) -> dict[int, np.ndarray]:
    """The unit mean of each class's vectors, by label."""
    return {label: unit_mean(matrix[places]) for label, places in _by_label(labels)}


def similarity(matrix: np.ndarray, parents: Sequence[int], by_label: Mapping[int, np.ndarray]) -> np.ndarray:
    """The cosine of each picture's unit vector to the nearest of their category's parents' prototypes: [n]."""
    known = [by_label[label] for label in parents if label in by_label]
    if not known:
        return np.full(len(matrix), STRANGER)
    nearest: np.ndarray = (matrix @ np.stack(known).T).max(1)
    return nearest


def to_own(matrix: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The target pictures' cosines to the prototype of the others of their class, of those that have others: [m]."""
    found = [np.zeros(0)]
    for _, places in _by_label(labels):
        held = matrix[places]
        if len(held) > 1:  # a picture that is its class's prototype says nothing of likeness
            others = held.sum(0) - held
            found.append((held * others).sum(1) / np.maximum(np.linalg.norm(others, axis=1), 1e-12))
    return np.concatenate(found)


def to_others(
    matrix: np.ndarray, labels: np.ndarray, by_label: Mapping[int, np.ndarray], sample: int = SAMPLE
) -> np.ndarray:
    """The target pictures' cosines to the prototypes of all classes but their own, one after the other.

    Of so many evenly spaced pictures, in the order given, that there are about `sample` cosines.
    """
    if not by_label:
        return np.zeros(0)
    some = slice(None, None, max(1, len(labels) * len(by_label) // sample))
    order = np.array(sorted(by_label), np.int64)
    cosines = matrix[some] @ np.stack([by_label[label] for label in order]).T
    others: np.ndarray = cosines[labels[some, None] != order[None, :]]
    return others
