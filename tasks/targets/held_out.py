"""Validation pictures from the training list, for data sets whose second list is what they are tested on."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from pydantic import Field

from storage.records import Split
from storage.section import Section
from tasks.targets.lists import Listed


class HeldOut(Section):
    """How many training pictures of every class are validated on, and not learned from."""

    share: float = Field(0.05, gt=0, lt=1, description="Of a class's training pictures; at least one")
    keep: int = Field(10, ge=1, description="No class is left fewer than this; one that has no more gives none")
    seed: int = Field(0, ge=0, description="Seed of which pictures")

    def count(self, pictures: int) -> int:
        """Pictures that a class of so many gives."""
        return max(0, min(max(1, round(self.share * pictures)), pictures - self.keep))


def hold_out(listed: Sequence[Listed], rule: HeldOut) -> list[Listed]:
    """The same pictures in the same order, some of train in val; which, follows from the seed and the order alone."""
    by_label: dict[int, list[int]] = {}
    for place, one in enumerate(listed):
        if one.split is Split.TRAIN:
            by_label.setdefault(one.id, []).append(place)
    held: set[int] = set()
    for label, places in by_label.items():
        order = np.random.default_rng([rule.seed, label]).permutation(len(places))
        held.update(places[drawn] for drawn in order[: rule.count(len(places))])
    return [replace(one, split=Split.VAL) if place in held else one for place, one in enumerate(listed)]
