"""Whether a picture belongs to its own category or to another class that it is nearer to.

The costliest mistake of curation is a picture of a target class under a neighbor's name: it
teaches the classifier that the target is something else. Such a picture is like its parents and
often like its category too, so no bound on either finds it; it is nearer to its true class than
to the category that it was found for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ALONE = 1.0
"""The margin of a picture whose category has no other picture to tell by."""


@dataclass(frozen=True, slots=True)
class Labeled:
    """Pictures with a class each: `matrix` [n, dim] of unit vectors, `classes` and `groups` [n].

    Copies have the same group; a picture is never compared with its own group.
    """

    matrix: np.ndarray
    classes: np.ndarray
    groups: np.ndarray


def together(one: Labeled, other: Labeled) -> Labeled:
    """The pictures of both."""
    if not len(other.classes):
        return one
    return Labeled(
        np.concatenate([one.matrix, other.matrix]),
        np.concatenate([one.classes, other.classes]),
        np.concatenate([one.groups, other.groups]),
    )


def one_of_each(pictures: Labeled) -> Labeled:
    """The pictures with one vote for each group of copies within a class."""
    keys = [f"{one}\0{group}" for one, group in zip(pictures.classes, pictures.groups, strict=True)]
    _, first = np.unique(keys, return_index=True)
    return Labeled(pictures.matrix[first], pictures.classes[first], pictures.groups[first])


def _nearness(asked: Labeled, voters: Labeled, among: int) -> np.ndarray:
    """Mean cosine of each asked picture to its `among` nearest voters, [n]; -inf where it has none."""
    cosines = asked.matrix @ voters.matrix.T
    cosines[asked.groups[:, None] == voters.groups[None, :]] = -np.inf
    nearest = np.sort(cosines, axis=1)[:, -among:]
    counted = np.isfinite(nearest)
    sums = np.where(counted, nearest, 0).sum(1)
    return np.where(counted.any(1), sums / np.maximum(counted.sum(1), 1), -np.inf)


def margins(asked: Labeled, voters: Labeled, among: int) -> tuple[np.ndarray, Sequence[str]]:
    """How much nearer each picture is to its own class than to the nearest other, and that other's name.

    Nearness is the mean cosine to the `among` nearest pictures of a class, copies as one; a
    class with fewer is judged by those it has. A picture alone in its class has the margin ALONE.
    """
    own = np.full(len(asked.classes), -np.inf)
    rival, names = own.copy(), np.full(len(own), "", dtype=object)
    for name in sorted(set(voters.classes)):
        held = voters.classes == name
        nearness = _nearness(asked, Labeled(voters.matrix[held], voters.classes[held], voters.groups[held]), among)
        mine = asked.classes == name
        own[mine] = nearness[mine]
        better = ~mine & (nearness > rival)
        rival[better], names[better] = nearness[better], name
    judged = np.isfinite(own) & np.isfinite(rival)
    return np.where(judged, np.where(judged, own, 0) - np.where(judged, rival, 0), ALONE), names.tolist()
