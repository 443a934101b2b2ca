"""Make a balanced data set long-tailed, by the rule of the yardstick, and share out the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from storage.section import Section


class LongTail(Section):
    """How many training pictures the classes keep: an exponential tail over shuffled classes."""

    most: int = Field(40, ge=1, description="Training pictures of the largest class")
    imbalance: float = Field(20, ge=1, description="Largest class over smallest, before `least` applies")
    least: int = Field(2, ge=1, description="No class keeps fewer than this")
    spare_to_val: int = Field(5, ge=0, description="Pictures a class that the tail leaves out and validation takes")
    seed: int = Field(0, ge=0, description="Seed of the order of classes and of the pictures kept")


@dataclass(frozen=True, slots=True)
class Thinned:
    """One class's training pictures: in the tail, moved to validation, used for nothing."""

    kept: tuple[str, ...]
    spare: tuple[str, ...]
    left_out: tuple[str, ...]


def tail_counts(classes: int, rule: LongTail) -> list[int]:
    """Pictures that each class may keep, by label.

    The class at place r of the shuffled classes keeps most * imbalance ** (-r / (classes - 1)).
    """
    places = np.random.default_rng(rule.seed).permutation(classes)
    counts = [0] * classes
    for r, label in enumerate(places):
        counts[label] = max(rule.least, int(rule.most * rule.imbalance ** (-r / max(1, classes - 1))))
    return counts


def thin(by_label: Sequence[Sequence[str]], rule: LongTail) -> list[Thinned]:
    """Split each class's training pictures, given by label, into tail, spare and left out."""
    thinned = []
    for label, (pictures, count) in enumerate(zip(by_label, tail_counts(len(by_label), rule), strict=True)):
        order = np.random.default_rng([rule.seed, label]).permutation(len(pictures))
        mixed = [pictures[i] for i in order]
        spare = mixed[count : count + rule.spare_to_val]
        thinned.append(Thinned(tuple(mixed[:count]), tuple(spare), tuple(mixed[count + len(spare) :])))
    return thinned
