"""Species by their attributes, and the names and captions that tell them.

A genus is a shape of petal with a shape of leaf; the species of a genus differ in the number,
color and markings of their petals and in their eye, the center of the flower.
"""

import random
from dataclasses import astuple, dataclass, fields, replace
from typing import Any

PETALS = {
    "round": "button",
    "pointed": "star",
    "notched": "clover",
    "narrow": "ray",
    "spoon": "spoon",
    "fringed": "fan",
}
LEAVES = {"narrow": "grass", "oval": "wort", "toothed": "nettle", "heart": "mallow"}
COUNTS = {3: "three", 4: "four", 5: "five", 6: "six", 8: "eight", 13: "thirteen"}
COLORS = ("white", "yellow", "orange", "red", "pink", "magenta", "violet", "blue", "lilac", "maroon")
PATTERNS = ("plain", "striped", "spotted", "edged", "ringed", "shaded")
MARKS = ("white", "dark", "yellow")
EYES = ("yellow", "brown", "green", "white", "black")

VALUES: dict[str, tuple[Any, ...]] = {
    "petal": tuple(PETALS), "leaf": tuple(LEAVES), "count": tuple(COUNTS), "color": COLORS, "eye": EYES,
}  # fmt: skip
SPECIFIC = ("count", "color", "markings", "eye")
"""What the species of one genus differ in."""

_PALE, _WARM = {"white", "yellow", "pink", "lilac"}, {"white", "yellow", "orange"}


@dataclass(frozen=True, slots=True)
class Species:
    """One kind of flower; `markings` are a pattern and its color, or ("plain", "")."""

    petal: str
    leaf: str
    count: int
    color: str
    markings: tuple[str, str]
    eye: str

    @property
    def genus(self) -> str:
        """The noun of its name: "starwort" has pointed petals and oval leaves."""
        return PETALS[self.petal] + LEAVES[self.leaf]

    @property
    def name(self) -> str:
        """What it is called, every attribute said: "black eyed dark spotted pink five petal starwort"."""
        pattern, mark = self.markings
        return " ".join(
            f"{self.eye} eyed {mark} {pattern} {self.color} {COUNTS[self.count]} petal {self.genus}".split()
        )

    @property
    def is_drawable(self) -> bool:
        """Whether its markings can be seen on its color, and its petals make a flower."""
        _, mark = self.markings
        unseen = {"white": _PALE, "dark": {"maroon"}, "yellow": _WARM}.get(mark, set())
        return self.color not in unseen and not (self.count == 3 and self.petal in ("pointed", "narrow"))


def difference(one: Species, other: Species) -> int:
    """How many attributes tell two species apart."""
    return sum(a != b for a, b in zip(astuple(one), astuple(other), strict=True))


def _attribute(name: str, rng: random.Random) -> Any:
    if name == "markings":
        pattern = rng.choice(PATTERNS)
        return ("plain", "") if pattern == "plain" else (pattern, rng.choice(MARKS))
    return rng.choice(VALUES[name])


def draw_species(rng: random.Random, petal: str | None = None, leaf: str | None = None) -> Species:
    """Any species, or any of a genus."""
    while True:
        drawn = Species(**{field.name: _attribute(field.name, rng) for field in fields(Species)})
        drawn = replace(drawn, petal=petal or drawn.petal, leaf=leaf or drawn.leaf)
        if drawn.is_drawable:
            return drawn


def mutate(species: Species, changes: int, rng: random.Random) -> Species:
    """A species of the same genus that differs in exactly so many attributes."""
    while True:
        other = replace(species, **{name: _attribute(name, rng) for name in rng.sample(SPECIFIC, changes)})
        if other.is_drawable and difference(species, other) == changes:
            return other


def describe(species: Species) -> tuple[str, str, str, str]:
    """What a caption can say of it, one phrase for petals, markings, eye and leaves each."""
    pattern, mark = species.markings
    petals = f"{COUNTS[species.count]} {species.petal} {species.color} petals"
    return petals, f"{mark} {pattern} petals".strip(), f"a {species.eye} eye", f"{species.leaf} leaves"
