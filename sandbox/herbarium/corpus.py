"""A herbarium as a corpus: a long-tailed data set of drawn flowers, and what the web shows beside it.

A key is a path, "train/black-eyed-plain-red-six-petal-starwort/007.jpg"; the picture follows
from the world's seed and the key alone, so it is drawn when it is asked for and never stored,
but for the data set, which lies in a folder as a user's own would.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from sandbox.corpus import Original, Pools
from sandbox.errors import BadCorpus
from sandbox.herbarium.drawing import draw_jpeg
from sandbox.herbarium.flora import Genus, draw_flora
from sandbox.herbarium.objects import OBJECTS
from sandbox.herbarium.species import Species
from sandbox.seeded import seeded
from sandbox.taxonomy import Group, Taxonomy
from storage.records import Split
from tasks.targets.long_tail import LongTail, tail_counts

TAIL = LongTail(most=60, imbalance=20, least=3)
HELD_OUT = {Split.VAL: 10, Split.TEST: 40}
"""Pictures of every target species that settings are chosen on, and that are read once at the end."""

GOOD = 40
"""Good pictures of every neighbor species on the web."""

HELD_BACK = 20
"""Further ones that it offers once it grows."""

OF_OBJECT = 120
"""Pictures of every object that the off-topic ones are drawn from."""

DRAWN_BY = "1"
"""Raised when the same key would be drawn otherwise: a folder of older drawings is refused."""


def _originals(use: str, name: str, numbers: range) -> Iterator[Original]:
    folder = name.replace(" ", "-")
    return (Original(f"{use}/{folder}/{number:03}.jpg", name) for number in numbers)


@dataclass(frozen=True)
class Herbarium:
    """One world of drawn flowers."""

    seed: int
    genera: tuple[Genus, ...]

    @cached_property
    def _subjects(self) -> dict[str, Species | str]:
        species = (one for genus in self.genera for one in (*genus.targets, *genus.neighbors))
        return {one.name.replace(" ", "-"): one for one in species} | {name: name for name in OBJECTS}

    @cached_property
    def taxonomy(self) -> Taxonomy:
        """A group a genus; unrelated objects are off topic."""
        groups = tuple(
            Group(genus.name, tuple(one.name for one in genus.targets), tuple(one.name for one in genus.neighbors))
            for genus in self.genera
        )
        return Taxonomy(groups, tuple(OBJECTS), {name: "wildflower" for group in groups for name in group.targets})

    @cached_property
    def pools(self) -> Pools:
        """Good pictures of every neighbor; off topic are objects, and target pictures that the tail leaves out."""
        targets, neighbors = self.taxonomy.targets, self.taxonomy.neighbors
        kept = dict(zip(targets, tail_counts(len(targets), TAIL.model_copy(update={"seed": self.seed})), strict=True))
        shown = {Split.TRAIN: kept} | {split: dict.fromkeys(targets, count) for split, count in HELD_OUT.items()}
        left_out = [one for name in targets for one in _originals(Split.TRAIN, name, range(kept[name], TAIL.most))]
        objects = [one for name in OBJECTS for one in _originals("web", name, range(OF_OBJECT))]
        return Pools(
            good={name: tuple(_originals("web", name, range(GOOD))) for name in neighbors},
            off_topic=(*objects, *left_out),
            targets={
                split: tuple(one for name in targets for one in _originals(split, name, range(counts[name])))
                for split, counts in shown.items()
            },
            held_back={name: tuple(_originals("web", name, range(GOOD, GOOD + HELD_BACK))) for name in neighbors},
        )

    def picture(self, key: str) -> bytes:
        """Draw the picture of a key."""
        seed = seeded("picture", self.seed, key).getrandbits(64)
        return draw_jpeg(self._subjects[key.split("/")[1]], np.random.default_rng(seed))

    def write_data_set(self, root: Path) -> int:
        """Draw the target pictures that are not in the folder yet; how many it drew."""
        try:
            self._label(root)
            keys = (one.key for pool in self.pools.targets.values() for one in pool)
            missing = [key for key in keys if not (root / key).exists()]
            for key in missing:
                _write_whole(root / key, self.picture(key))
        except OSError as error:
            raise BadCorpus(f"cannot draw into {root}: {error}; give another --root, or make room there") from error
        return len(missing)

    def _label(self, root: Path) -> None:
        """Mark the folder as this herbarium's, or refuse one that is something else's."""
        label, mark = root / "herbarium.txt", f"herbarium {self.seed}, drawn by {DRAWN_BY}\n"
        if label.exists() and label.read_text() != mark:
            raise BadCorpus(
                f"{root} holds {label.read_text().strip()!r}, not {mark.strip()!r}: give another --root, or remove it"
            )
        if not label.exists():
            if root.exists() and any(root.iterdir()):
                raise BadCorpus(f"{root} holds something else than a herbarium: give another --root")
            _write_whole(label, mark.encode())


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file that is whole or not there, whenever this is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(data)
    os.replace(partial, path)


def load_herbarium(root: Path, seed: int, say: Callable[[str], None]) -> Herbarium:
    """The world of a seed, its data set in the folder; `say` is told what is drawn."""
    herbarium = Herbarium(seed, draw_flora(seed))
    say(f"herbarium {seed}: drawing its data set into {root}, where it is not there yet")
    say(f"{herbarium.write_data_set(root):,} pictures drawn")
    return herbarium
