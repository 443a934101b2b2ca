"""Which head and which tail class the feature map shows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from storage.records import ClassAccuracy, Confused
from tasks.report.feature_files import Features

TIERS = (("many", "few"), ("medium", "few"))
"""The groups of the pair, the first that the data set has; without either, any two classes are a pair."""

Two = tuple[ClassAccuracy, ClassAccuracy]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two classes, the one with more training pictures first, and how often they were taken for one another."""

    head: ClassAccuracy
    tail: ClassAccuracy
    confused: int


def _head_first(one: ClassAccuracy, other: ClassAccuracy) -> Two:
    first, second = sorted((one, other), key=lambda row: (-row.train, row.name, row.label))
    return first, second


def _sides(classes: Sequence[ClassAccuracy]) -> tuple[list[ClassAccuracy], list[ClassAccuracy]]:
    """The classes that may be the head and those that may be the tail, by name; all may be both without a tier."""
    ordered = sorted(classes, key=lambda row: (row.name, row.label))
    for head, tail in TIERS:
        heads, tails = ([row for row in ordered if row.group == group] for group in (head, tail))
        if heads and tails:
            return heads, tails
    return ordered, ordered


def taken_for(confused: Iterable[Confused], arm: str) -> Counter[frozenset[int]]:
    """How many test pictures of either class of a pair the arm took for the other."""
    counts: Counter[frozenset[int]] = Counter()
    for row in confused:
        if row.arm == arm:
            counts[frozenset((row.label, row.predicted))] += row.pictures
    return counts


def _nearest(heads: Sequence[ClassAccuracy], tails: Sequence[ClassAccuracy], features: Features) -> Two:
    """The two whose means are nearest, of equals the first by name."""
    apart = cdist(*(features.means(row.label for row in side) for side in (heads, tails)))
    apart[np.equal.outer(*([row.label for row in side] for side in (heads, tails)))] = np.inf
    head, tail = divmod(int(apart.argmin()), len(tails))
    return _head_first(heads[head], tails[tail])


def choose(classes: Sequence[ClassAccuracy], counts: Counter[frozenset[int]], features: Features) -> Pair | None:
    """The head and the tail class that were confused most, of equals the first by name; None of fewer than two classes.

    Where no such pair was confused, the one whose means are nearest. `classes` are those of `features`.
    """
    if len(classes) < 2:
        return None
    heads, tails = _sides(classes)
    of_heads, of_tails = ({row.label: row for row in side} for side in (heads, tails))
    pairs = []
    for labels, count in counts.items():
        for head, tail in (tuple(labels), tuple(labels)[::-1]):
            if head in of_heads and tail in of_tails:
                pairs.append(Pair(*_head_first(of_heads[head], of_tails[tail]), count))
    if pairs:
        return min(pairs, key=lambda pair: (-pair.confused, pair.head.name, pair.tail.name, pair.head.label))
    return Pair(*_nearest(heads, tails, features), 0)
