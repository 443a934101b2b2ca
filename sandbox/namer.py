"""A language model's answers, faults and all, drawn from the taxonomy.

Real answers to "sub-classes of X" repeat X, dress it up ("ripe lemon"), stutter ("beef beef
tartare"), say a name twice in other case or number, and invent varieties. So does this one;
among all that it names every true neighbor of the class's group.
"""

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sandbox.names import find, words
from sandbox.taxonomy import Group, Taxonomy
from storage.records import Relation

ADJECTIVES = ("ripe", "fresh", "organic", "small", "sliced")
INVENTED = ("nordic", "royal", "alpine", "sunset", "heritage", "velvet", "imperial", "silver")
COLORED = ("gold", "dawn", "pearl", "crisp", "globe", "queen", "comet", "rose")
HINTS = ("photo", "close up", "isolated", "variety")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: about `count` names of what resembles `name`, without those to `avoid`."""

    name: str
    count: int
    avoid: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """One name of an answer, with the queries that would find pictures of it."""

    name: str
    relation: Relation
    queries: tuple[str, ...]
    why: str


def _plural(name: str) -> str:
    """The plural; a name in s ("satsumas", "red delicious") is said again as it is."""
    if name.endswith("s"):
        return name
    return f"{name}es" if name.endswith(("sh", "ch", "x", "o")) else f"{name}s"


def _echoes(name: str, noun: str, rng: random.Random) -> Iterator[tuple[str, Relation]]:
    """The class itself, said again in ways that make it look like another one."""
    yield name.title(), Relation.SIBLING
    yield _plural(name), Relation.HYPONYM
    yield f"{rng.choice(ADJECTIVES)} {name}", Relation.HYPONYM
    yield f"{name.split()[0]} {name}", Relation.HYPONYM
    if noun and noun not in name:
        yield f"{name} {noun}", Relation.SIBLING


def _repeats(neighbors: Sequence[str], rng: random.Random) -> Iterator[tuple[str, Relation]]:
    """True neighbors said a second time."""
    if neighbors:
        yield rng.choice(neighbors).upper(), Relation.SIBLING
        yield _plural(rng.choice(neighbors)), Relation.SIBLING


def _inventions(taxonomy: Taxonomy, thing: str, rng: random.Random) -> Iterator[tuple[str, Relation]]:
    """Varieties that do not exist: no query for them finds anything."""
    pairs = list(itertools.product(INVENTED, COLORED))
    for pair in rng.sample(pairs, len(pairs)):
        name = " ".join([*pair, thing])
        if find(name, taxonomy.names) is None:
            yield name, Relation.LOOKALIKE


def _noise(taxonomy: Taxonomy, group: Group | None, asked: Asked, rng: random.Random) -> Iterator[tuple[str, Relation]]:
    thing = group.name if group else asked.name
    faults = [*_echoes(asked.name, taxonomy.nouns.get(asked.name, ""), rng)]
    if group:
        faults += [(name, Relation.SIBLING) for name in group.targets if name != asked.name]
        faults += _repeats([name for name in group.neighbors if not _said(name, asked.avoid)], rng)
    inventions = [(name, why) for name, why in _inventions(taxonomy, thing, rng) if not _said(name, asked.avoid)]
    few, rest = inventions[:2], inventions[2:]
    return iter([*rng.sample(faults + few, len(faults) + len(few)), *rest])


def _said(name: str, names: Iterable[str]) -> bool:
    return words(name) in {words(other) for other in names}


def _named(name: str, relation: Relation, asked: Asked, rng: random.Random) -> Named:
    queries = (name,) if rng.random() < 0.5 else (name, f"{name} {rng.choice(HINTS)}")
    return Named(name, relation, queries, f"is easily taken for {asked.name}")


def answer(taxonomy: Taxonomy, asked: Asked, rng: random.Random) -> list[Named]:
    """About `count` names (at times one fewer or two more), true neighbors and faults mixed.

    With a count of 8 or more every true neighbor that is not to be avoided is among the first
    `count`; a class that is no target gets faults alone.
    """
    target = find(asked.name, taxonomy.names)
    group = taxonomy.group_of(target) if target else None
    true = [name for name in group.neighbors if not _said(name, asked.avoid)] if group else []
    total = max(1, asked.count + rng.choice((-1, 0, 0, 0, 1, 2)))
    drawn = [(name, Relation.SIBLING) for name in true] + list(_noise(taxonomy, group, asked, rng))
    first = drawn[: min(asked.count, total)]
    mixed = rng.sample(first, len(first)) + drawn[len(first) : total]
    return [_named(name, relation, asked, rng) for name, relation in mixed]
