"""What a dictionary knows of the label set and of proposed names.

A name is read whole where the dictionary lists it ("cherry tomato"). Else what only says again
what it is a kind of is left out: the target that it was proposed for, a step of that target's
taxonomy, or a word for something wider ("beagle dog", "dolphin aquatic mammals").
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from storage.records import TargetClass
from tasks.neighbors.spelling import plain
from tasks.neighbors.taxonomy import endings, taxonomy_steps
from tasks.neighbors.wordnet import Sense, WordNet

Item = TypeVar("Item")

CONTEXT = 200
"""Classes of the label set that a meaning is told by, and of these the likest few count."""

LIKEST = 5

_ANIMAL, _FOOD, _PLANT = 5, 13, 20
"""Lexicographer files."""

RARER = 0.5
"""Senses in common that a meaning must have more than the next more frequent one."""


@dataclass(slots=True)
class Lexicon:
    """The targets as a dictionary knows them: each label's meaning, and which label a meaning is or lies above."""

    wordnet: WordNet
    senses: dict[int, Sense] = field(default_factory=dict)
    labels: dict[int, int] = field(default_factory=dict)
    below: dict[int, int] = field(default_factory=dict)
    context: Sequence[Sense] = ()
    _meant: dict[tuple[str, int], Sense | None] = field(default_factory=dict)

    def line(self, sense: Sense) -> frozenset[int]:
        """The sense and all above it."""
        return self.wordnet.ancestors(sense) | {sense.offset}

    def nearest(self, senses: Sequence[Sense], others: Iterable[Sense]) -> Sense:
        """The meaning that has most above it in common with the likest of these others; a frequent one is preferred."""
        if len(senses) == 1:
            return senses[0]
        lines = [self.line(other) for other in others]

        def likeness(rank: int) -> float:
            mine = self.line(senses[rank])
            shared = heapq.nlargest(LIKEST, (len(mine & line) for line in lines))
            return sum(shared) / (len(shared) or 1) - RARER * rank

        return senses[max(range(len(senses)), key=likeness)]

    def _head(self, name: str) -> tuple[Sense, ...]:
        parts = name.split()
        found = (self.wordnet.senses(" ".join(parts[cut:])) for cut in range(len(parts)))
        return next((senses for senses in found if senses), ())

    def heads(self, name: str) -> tuple[Sense, ...]:
        """The meanings of a name, or of the longest ending of it that the dictionary lists; "A and B" has both's."""
        return tuple(sense for part in name.split(" and ") for sense in self._head(part))

    def around(self, target: TargetClass) -> Sequence[Sense]:
        """What the names proposed for a target are likely to be near: it, what its name ends in, or the label set."""
        if target.label in self.senses:
            return [self.senses[target.label]]
        heads = [sense for ending in endings(target) for sense in self.heads(ending)]
        return heads or self.context

    def _readings(self, name: str, target: TargetClass) -> Iterator[tuple[Sense, ...]]:
        """The meanings of a name, shorter and shorter, without what it only says again."""
        yield self.wordnet.senses(name)
        for ending in endings(target):
            if name.endswith(f" {ending}"):
                senses, wider = self.wordnet.senses(name[: -len(ending) - 1]), self.wordnet.senses(ending)
                yield self.under(senses, wider) or senses
        words = name.split()
        for cut in range(1, len(words)):
            senses, wider = self.wordnet.senses(" ".join(words[:cut])), self.wordnet.senses(" ".join(words[cut:]))
            yield self.under(senses, wider)

    def under(self, senses: Sequence[Sense], wider: Sequence[Sense]) -> tuple[Sense, ...]:
        """Those of the senses that are kinds of one of the wider ones."""
        above = {sense.offset for sense in wider}
        return tuple(sense for sense in senses if above & self.line(sense))

    def meaning(self, name: str, target: TargetClass) -> Sense | None:
        """What a name proposed for a target means, of several meanings the nearest to the target's."""
        key = (plain(name), target.label)
        if key not in self._meant:
            senses = next((found for found in self._readings(key[0], target) if found), ())
            self._meant[key] = self.nearest(senses, self.around(target)) if senses else None
        return self._meant[key]


def _spread(items: Sequence[Item]) -> Sequence[Item]:
    """As many as tell a meaning, from all over the label set."""
    return items[:: -(-len(items) // CONTEXT) or 1]


def _senses_of(wordnet: WordNet, target: TargetClass) -> tuple[Sense, ...]:
    """The meanings of the first of its names that the dictionary knows."""
    found = (wordnet.senses(plain(name)) for name in (target.name, *target.aliases))
    return next((senses for senses in found if senses), ())


def _twins(senses: Iterable[Sense], meant: Sense) -> list[Sense]:
    """The food of a class that is an animal or a plant, and these of a food: few label sets keep them apart."""
    return [each for each in senses if {each.field, meant.field} in ({_FOOD, _ANIMAL}, {_FOOD, _PLANT})]


def lexicon(wordnet: WordNet, classes: Sequence[TargetClass]) -> Lexicon:
    """The targets' meanings, each the one that is likest to those of the other classes and to its own taxonomy."""
    meant = {target.label: (target, senses) for target in classes if (senses := _senses_of(wordnet, target))}
    held = Lexicon(wordnet)
    context = _spread([(label, senses[0]) for label, (_, senses) in meant.items()])
    for label, (target, senses) in meant.items():
        steps = [sense for step in taxonomy_steps(target) for sense in held.heads(plain(step))]
        sense = held.nearest(held.under(senses, steps) or senses, [other for at, other in context if at != label])
        held.senses[label] = sense
    for others in (False, True):  # what a class is goes before what another's name may mean too
        for label, (_, senses) in meant.items():
            for sense in _twins(senses, held.senses[label]) if others else [held.senses[label]]:
                held.labels.setdefault(sense.offset, label)
                for offset in wordnet.ancestors(sense):
                    held.below.setdefault(offset, label)
    held.context = _spread(list(held.senses.values()))
    return held
