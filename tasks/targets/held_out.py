"""Validation pictures from the training list, for data sets whose second list is what they are tested on."""

from collections.abc import Iterator, Mapping, Sequence
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


def _drawn(groups: Sequence[Sequence[int]], count: int, seed: Sequence[int]) -> Iterator[int]:
    """Whole groups in a random order, as far as they fit into the count."""
    for place in np.random.default_rng(seed).permutation(len(groups)):
        if len(groups[place]) <= count:
            count -= len(groups[place])
            yield from groups[place]


def hold_out(listed: Sequence[Listed], rule: HeldOut, digests: Mapping[str, str]) -> list[Listed]:
    """The same pictures in the same order, some of train in val; `digests` of their bytes are by key.

    Which ones, follows from the seed, the order and what is equal alone: equal pictures of a class stay together, since
    of two such pictures one would be learned by heart and the other validated on.
    """
    by_label: dict[int, dict[str, list[int]]] = {}
    for place, one in enumerate(listed):
        if one.split is Split.TRAIN:
            by_label.setdefault(one.id, {}).setdefault(digests[one.key], []).append(place)
    held: set[int] = set()
    for label, groups in by_label.items():
        count = rule.count(sum(map(len, groups.values())))
        held.update(_drawn(list(groups.values()), count, [rule.seed, label]))
    return [replace(one, split=Split.VAL) if place in held else one for place, one in enumerate(listed)]
