"""How like its parents a picture is, and how like the rest of its own category."""

from collections.abc import Mapping, Sequence

import numpy as np

from storage.records import Split, TargetPicture
from vision.vectors import Vectors

STRANGER = -1.0
"""The similarity of a picture whose parents have no prototype."""


def _unit(vector: np.ndarray) -> np.ndarray:
    normed: np.ndarray = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return normed


def prototypes(targets: Sequence[TargetPicture], vectors: Vectors) -> dict[int, np.ndarray]:
    """The unit mean of each target class's train vectors, by label; only train, so that no test picture selects."""
    places = vectors.places
    members: dict[int, list[int]] = {}
    for target in targets:
        if target.split is Split.TRAIN and target.digest in places:
            members.setdefault(target.label, []).append(places[target.digest])
    return {label: _unit(vectors.matrix[held].mean(0)) for label, held in members.items()}


def similarity(vector: np.ndarray, parents: Sequence[int], by_label: Mapping[int, np.ndarray]) -> float:
    """The cosine of a picture's unit vector to the nearest of its parents' prototypes."""
    return max((float(vector @ by_label[label]) for label in parents if label in by_label), default=STRANGER)


def agreement(matrix: np.ndarray, groups: np.ndarray, among: int) -> np.ndarray:
    """Mean cosine of each of a category's pictures, [n, dim], to its nearest others: [n].

    `groups` [n] numbers the pictures, copies alike: a picture does not vote for its own
    copies, and several copies are one vote. Of v voters the nearest min(among, v / 4) count,
    at least one, since varieties and views split a category, and not all of it is right.
    Where there is no other voter, a picture agrees (1).
    """
    _, voters = np.unique(groups, return_index=True)
    if len(voters) < 2:
        return np.ones(len(matrix), np.float32)
    nearest = min(among, max(1, len(voters) // 4))
    cosines = matrix @ matrix[voters].T
    cosines[groups[:, None] == groups[voters][None, :]] = -np.inf
    found: np.ndarray = np.sort(cosines, axis=1)[:, -nearest:].mean(1)
    return found
