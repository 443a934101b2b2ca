"""What the tiny CLIP is trained on: an endless stream of drawings with captions, few alike and many nearly so."""

import io
import random
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from sandbox.clip.captions import caption
from sandbox.herbarium.drawing import draw_jpeg
from sandbox.herbarium.flora import species_of
from sandbox.herbarium.objects import OBJECTS
from sandbox.herbarium.species import (
    COLORS,
    COUNTS,
    EYES,
    LEAVES,
    MARKS,
    PATTERNS,
    PETALS,
    Species,
    draw_species,
    mutate,
)
from sandbox.seeded import seeded

HELD_OUT = range(100)
"""Worlds whose targets and neighbors are never drawn here."""

RELATIVES = 3
"""Species drawn beside each one that differ from it in one or two attributes: without them, genus would do."""

OBJECT_SHARE = 0.08
ATTRIBUTES: tuple[tuple[object, ...], ...] = (
    tuple(PETALS), tuple(LEAVES), tuple(COUNTS), COLORS, PATTERNS, ("", *MARKS), EYES,
)  # fmt: skip
"""The values of every attribute, in the order of `attributes`."""

NOT_THERE = -100
"""What an object has for attributes; cross-entropy passes it over."""

Example = tuple[Tensor, Tensor, np.ndarray]
"""A picture as the model sees it, the tokens of its caption, and its attributes, int64 [7]."""


def attributes(subject: Species | str) -> np.ndarray:
    """The place of every attribute's value among all its values, int64 [7]."""
    if isinstance(subject, str):
        return np.full(len(ATTRIBUTES), NOT_THERE)
    values = (subject.petal, subject.leaf, subject.count, subject.color, *subject.markings, subject.eye)
    return np.array([held.index(value) for held, value in zip(ATTRIBUTES, values, strict=True)])


class Drawings(IterableDataset[Example]):
    """Drawings without an end, each shown once; every worker draws its own."""

    def __init__(
        self, transform: Callable[[Image.Image], Tensor], tokenize: Callable[[str], Tensor], seed: int
    ) -> None:
        self._transform = transform
        self._tokenize = tokenize
        self._seed = seed
        self._held_out = {species for world in HELD_OUT for species in species_of(world)}

    def subjects(self, rng: random.Random) -> Iterator[Species | str]:
        """What is drawn, without an end: objects now and then, else families of species."""
        while True:
            if rng.random() < OBJECT_SHARE:
                yield rng.choice(list(OBJECTS))
                continue
            first = draw_species(rng)
            family = [first, *(mutate(first, rng.choice((1, 2)), rng) for _ in range(RELATIVES))]
            yield from (one for one in family if one not in self._held_out)

    def __iter__(self) -> Iterator[Example]:
        info = get_worker_info()
        rng = seeded("drawings", self._seed, info.id if info else 0)
        pixels = np.random.default_rng(rng.getrandbits(64))
        for subject in self.subjects(rng):
            picture = Image.open(io.BytesIO(draw_jpeg(subject, pixels)))
            yield self._transform(picture), self._tokenize(caption(subject, rng))[0], attributes(subject)
