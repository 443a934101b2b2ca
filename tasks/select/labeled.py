"""Pictures with a class each, and how near others are to them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from vision.rows import Rows

_CHUNK = 2048  # asked pictures whose cosines to all voters are held at a time


@dataclass(frozen=True, slots=True)
class Labeled:
    """Pictures with a class each: `matrix` [n, dim] of unit vectors, `classes` and `groups` [n].

    Copies have the same group; a picture is never compared with its own group.
    """

    matrix: np.ndarray | Rows
    classes: np.ndarray
    groups: np.ndarray

    def where(self, held: np.ndarray) -> "Labeled":
        """Those of its pictures that a mask or an index picks; their vectors are not copied."""
        return Labeled(Rows.of(self.matrix).take(held), self.classes[held], self.groups[held])

    def by_class(self) -> Iterator[tuple[str, np.ndarray]]:
        """Every class, in order, and the places of its pictures."""
        codes, names = pd.factorize(self.classes, sort=True)
        yield from zip(names, places_by(codes), strict=True)


def places_by(codes: np.ndarray) -> list[np.ndarray]:
    """Of each of the numbers 0 to the largest the places where it stands, without a look at all for each of them."""
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.searchsorted(codes[order], np.arange(1, codes.max(initial=0) + 1))) if len(codes) else []


def codes_of(*held: np.ndarray) -> list[np.ndarray]:
    """The same things as the same numbers: comparing numbers takes a fraction of comparing names."""
    found, _ = pd.factorize(np.concatenate(held))
    return np.split(found, np.cumsum([len(each) for each in held[:-1]]))


def one_of_each(pictures: Labeled) -> Labeled:
    """The pictures with one vote for each group of copies within a class."""
    [classes], [groups] = codes_of(pictures.classes), codes_of(pictures.groups)
    pairs = classes * (groups.max(initial=0) + 1) + groups
    return pictures.where(np.sort(np.unique(pairs, return_index=True)[1]))


def nearness(
    asked: np.ndarray | Rows, groups: np.ndarray, voters: np.ndarray, voter_groups: np.ndarray, among: int
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
