"""Grocery's photographs by coarse and fine class, as frozen features.

Apple, Melon, Juice, Milk, Yoghurt and Pepper have as many fine classes as are wanted, or more, of
which a seed draws so many; Pear, Sour-Cream, Soyghurt, Soy-Milk, Potato and Tomato are left out.
"""

import csv
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.granularity.hierarchy import FINE, Hierarchy
from flows.recipe import load_recipe
from tasks.embed.embed import embed
from tasks.embed.models import Models
from tasks.targets.long_tail import LongTail
from training.data import Examples, Indices
from vision.encoders import load_encoder

TAIL = LongTail(most=17, imbalance=17, least=1)
"""Over six coarse classes 17 to 1, so 36 in all, and 6 each in balance; the smallest fine class has 19."""


def chosen(coarse_of: Mapping[str, str], rng: np.random.Generator) -> list[tuple[str, str]]:
    """Fine classes with their coarse ones: FINE at random of every coarse class that has so many."""
    members: dict[str, list[str]] = {}
    for fine, coarse in coarse_of.items():
        members.setdefault(coarse, []).append(fine)
    enough = {coarse: fine for coarse, fine in members.items() if len(fine) >= FINE}
    return [(str(one), coarse) for coarse, fine in enough.items() for one in rng.permutation(fine)[:FINE]]


def numbered(names: Sequence[str]) -> Indices:
    """Names as numbers, in the order in which they first appear."""
    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return np.array([places[name] for name in names], dtype=np.int64)


def grocery(root: Path) -> Callable[[int], Hierarchy]:
    """By seed, some of Grocery's fine classes as frozen features; every photograph is embedded once."""
    recipe, coarse_of = load_recipe("recipes/grocery.yaml"), _coarse_of(root)
    lists = {split: _listed(root / f"{split}.txt", coarse_of) for split in ("train", "test")}
    models = Models((load_encoder(recipe.embed.encoder),))

    def vectors(keys: Sequence[str]) -> np.ndarray:
        return embed(keys, lambda key: (root / key).read_bytes(), recipe.embed, models).vectors.matrix

    held = {split: (vectors([key for key, _ in lines]), [fine for _, fine in lines]) for split, lines in lists.items()}

    def of(seed: int) -> Hierarchy:
        pairs = chosen(coarse_of, np.random.default_rng(seed))
        place = {fine: label for label, (fine, _) in enumerate(pairs)}
        pool, test = (_labeled(*held[split], place) for split in ("train", "test"))
        tail = TAIL.model_copy(update={"seed": seed})
        return Hierarchy(numbered([coarse for _, coarse in pairs]), pool, test, tail, recipe.train)

    return of


def _coarse_of(root: Path) -> dict[str, str]:
    """The coarse class of every fine one that any seed can choose."""
    with (root / "classes.csv").open() as file:
        coarse_of = {row["Class ID (int)"]: row["Coarse Class Name (str)"] for row in csv.DictReader(file)}
    sizes = Counter(coarse_of.values())
    return {fine: coarse for fine, coarse in coarse_of.items() if sizes[coarse] >= FINE}


def _listed(path: Path, wanted: Container[str]) -> list[tuple[str, str]]:
    """The photographs of a list with their fine class, of the wanted classes alone."""
    lines = (line.split(",") for line in path.read_text().splitlines())
    return [(key.strip(), fine.strip()) for key, fine, _ in lines if fine.strip() in wanted]


def _labeled(vectors: np.ndarray, fine: Sequence[str], place: Mapping[str, int]) -> Examples:
    held = [number for number, name in enumerate(fine) if name in place]
    return Examples(vectors[held], np.array([place[fine[number]] for number in held], dtype=np.int64))
