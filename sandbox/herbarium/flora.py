"""One world's species: target species in genera, and the neighbors that resemble them."""

import itertools
from dataclasses import dataclass

from sandbox.herbarium.species import LEAVES, PETALS, Species, draw_species, mutate
from sandbox.seeded import seeded

GENERA = 4
TARGETS = 6
"""Target species of a genus: each is one or two attributes away from another one of it."""

NEIGHBORS = (1, 2)
"""How many attributes each of a target's own neighbors differs from it in."""


@dataclass(frozen=True, slots=True)
class Genus:
    """The species of one genus; every neighbor is near some target and is itself none."""

    name: str
    targets: tuple[Species, ...]
    neighbors: tuple[Species, ...]


def _genus(seed: int, petal: str, leaf: str) -> Genus:
    rng = seeded("genus", seed, petal, leaf)
    targets = [draw_species(rng, petal, leaf)]
    while len(targets) < TARGETS:
        other = mutate(rng.choice(targets), rng.choice((1, 1, 2)), rng)
        targets += [other] if other not in targets else []
    neighbors: list[Species] = []
    for target, changes in itertools.product(targets, NEIGHBORS):
        taken = {*targets, *neighbors}
        while (other := mutate(target, changes, rng)) in taken:
            continue
        neighbors.append(other)
    return Genus(targets[0].genus, tuple(targets), tuple(neighbors))


def draw_flora(seed: int) -> tuple[Genus, ...]:
    """The genera of a world, the same for the same seed."""
    rng = seeded("flora", seed)
    petals, leaves = rng.sample(list(PETALS), GENERA), rng.sample(list(LEAVES), GENERA)
    return tuple(_genus(seed, petal, leaf) for petal, leaf in zip(petals, leaves, strict=True))


def species_of(seed: int) -> set[Species]:
    """Every target and neighbor species of a world."""
    return {species for genus in draw_flora(seed) for species in (*genus.targets, *genus.neighbors)}
