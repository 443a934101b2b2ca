"""Pictures with a class each, as what tells by its pictures to which class another belongs."""

from dataclasses import dataclass

import numpy as np


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
