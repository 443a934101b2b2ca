"""Drawn flowers by genus and species, as pictures for a network from scratch."""

import hashlib
import itertools
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.granularity.hierarchy import FINE, Hierarchy
from flows.recipe import load_recipe
from sandbox.herbarium.drawing import draw_jpeg
from sandbox.herbarium.species import LEAVES, PETALS, Species, draw_species
from tasks.targets.long_tail import LongTail
from training.data import Examples, Picture

TRAIN, TEST = 24, 8
"""Pictures drawn of every species."""

TAIL = LongTail(most=TRAIN, imbalance=TRAIN, least=1)
"""Over 24 genera 24 to 1, so 168 in all, and 7 each in balance."""


def herbarium(folder: Path) -> Callable[[int], Hierarchy]:
    """By seed, FINE species of each genus that there can be, drawn anew into the folder."""

    def of(seed: int) -> Hierarchy:
        rng = random.Random(seed)  # noqa: S311  # a world, not a secret
        genera = list(itertools.product(PETALS, LEAVES))
        species = [draw_species(rng, petal, leaf) for petal, leaf in genera for _ in range(FINE)]
        pool, test = (
            _drawn(species, range(first, first + count), folder / str(seed), seed)
            for first, count in ((0, TRAIN), (TRAIN, TEST))
        )
        tail = TAIL.model_copy(update={"seed": seed})
        coarse = np.repeat(np.arange(len(genera)), FINE)
        return Hierarchy(coarse, pool, test, tail, load_recipe("recipes/demo.yaml").train)

    return of


def _drawn(species: Sequence[Species], numbers: range, folder: Path, seed: int) -> Examples:
    folder.mkdir(parents=True, exist_ok=True)
    shown = [(label, number) for label in range(len(species)) for number in numbers]
    pictures = np.empty(len(shown), dtype=object)
    for place, (label, number) in enumerate(shown):
        drawn = draw_jpeg(species[label], np.random.default_rng([seed, label, number]))
        path = folder / f"{label}-{number}.jpg"
        path.write_bytes(drawn)
        pictures[place] = Picture(str(path), hashlib.sha256(drawn).hexdigest())
    return Examples(pictures, np.array([label for label, _ in shown], dtype=np.int64))
