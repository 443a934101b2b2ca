"""Which names of the label set a question lists, so that the model names others."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from storage.records import TargetClass
from tasks.neighbors.taxonomy import taxonomy_steps

AVOIDED = 30
"""How many names of the label set a question lists."""

Indices = NDArray[np.int64]


def _trigrams(name: str) -> frozenset[str]:
    padded = f"  {name.casefold()} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


@dataclass(frozen=True, slots=True)
class NearestNames:
    """A label set by its trigrams and taxonomy paths; every question looks at what it shares with others alone.

    `sizes` counts the trigrams, `postings` holds for each the classes that have it; `steps` [classes, depth] a number
    for every step of a path with all before it, -1 beyond its end.
    """

    names: tuple[str, ...]
    places: dict[int, int]
    grams: tuple[frozenset[str], ...]
    sizes: Indices
    postings: dict[str, Indices]
    steps: Indices

    def _nearness(self, place: int) -> NDArray[np.float64]:
        """Steps of the path in common, and behind them Dice of the trigrams, which is at most 1."""
        mine = self.grams[place]
        held = np.concatenate([self.postings[gram] for gram in mine])
        dice = 2 * np.bincount(held, minlength=len(self.sizes)) / (len(mine) + self.sizes)
        shared = (self.steps == self.steps[place]) & (self.steps >= 0)
        nearness: NDArray[np.float64] = 2.0 * shared.sum(axis=1) + dice
        return nearness

    def to(self, target: TargetClass, most: int = AVOIDED) -> tuple[str, ...]:
        """The other names, those nearest by taxonomy first, then those that share most letters, then by alphabet."""
        near = self._nearness(self.places[target.label])
        for count in (4 * most, len(near)):  # many classes of one name are rare
            least = np.partition(near, -count)[-count] if 0 < count < len(near) else -np.inf
            order = sorted(np.flatnonzero(near >= least), key=lambda place: (-near[place], self.names[place]))
            found = dict.fromkeys(self.names[place] for place in order if self.names[place] != target.name)
            if len(found) >= most:
                break
        return tuple(found)[:most]


def nearest_names(classes: Sequence[TargetClass]) -> NearestNames:
    """The label set, ready to be asked."""
    grams = tuple(_trigrams(target.name) for target in classes)
    postings: dict[str, list[int]] = defaultdict(list)
    for place, mine in enumerate(grams):
        for gram in mine:
            postings[gram].append(place)
    paths = [[step.casefold() for step in taxonomy_steps(target)] for target in classes]
    numbers: dict[tuple[str, ...], int] = {}
    steps = np.full((len(classes), max(map(len, paths), default=0)), -1)
    for place, path in enumerate(paths):
        for depth in range(len(path)):
            steps[place, depth] = numbers.setdefault(tuple(path[: depth + 1]), len(numbers))
    return NearestNames(
        tuple(target.name for target in classes),
        {target.label: place for place, target in enumerate(classes)},
        grams,
        np.array([len(mine) for mine in grams]),
        {gram: np.array(held) for gram, held in postings.items()},
        steps,
    )
