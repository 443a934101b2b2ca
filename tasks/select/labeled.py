"""Pictures with a class each, and how near others are to them."""

from dataclasses import dataclass

import numpy as np

_CHUNK = 2048  # asked pictures whose cosines to all voters are held at a time


@dataclass(frozen=True, slots=True)
class Labeled:
    """Pictures with a class each: `matrix` [n, dim] of unit vectors, `classes` and `groups` [n].

    Copies have the same group; a picture is never compared with its own group.
    """

    matrix: np.ndarray
    classes: np.ndarray
    groups: np.ndarray

    def where(self, held: np.ndarray) -> "Labeled":
        """Those of its pictures that a mask or an index picks."""
        return Labeled(self.matrix[held], self.classes[held], self.groups[held])

    def of(self, name: str) -> "Labeled":
        """The pictures of one class."""
        return self.where(self.classes == name)

    @property
    def names(self) -> list[str]:
        """Its classes, in order."""
        return sorted(set(self.classes))


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
    return pictures.where(np.unique(keys, return_index=True)[1])


def codes(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same things as the same numbers: comparing numbers takes a fraction of comparing names."""
    _, found = np.unique(np.concatenate([one, other]).astype(str), return_inverse=True)
    return found[: len(one)], found[len(one) :]


def nearness(
    asked: np.ndarray, groups: np.ndarray, voters: np.ndarray, voter_groups: np.ndarray, among: int
) -> np.ndarray:
    """Mean cosine of each asked picture [n, dim] to its `among` nearest voters [m, dim] of other groups; -inf for none.

    Groups are numbers, [n] and [m]. Of a picture with fewer voters those that it has count.
    """
    found = np.full(len(asked), -np.inf)
    for start in range(0, len(asked) if len(voters) else 0, _CHUNK):
        some = slice(start, start + _CHUNK)
        cosines = asked[some] @ voters.T
        cosines[groups[some, None] == voter_groups[None, :]] = -np.inf
        nearest = np.partition(cosines, max(0, len(voters) - among), axis=1)[:, -among:]
        counted = np.isfinite(nearest)
        means = np.where(counted, nearest, 0).sum(1) / np.maximum(counted.sum(1), 1)
        found[some] = np.where(counted.any(1), means, -np.inf)
    return found
