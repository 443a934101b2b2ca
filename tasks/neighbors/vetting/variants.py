"""When a name is a target class under another name.

After spelling is leveled, a name is a *variant* of a target where
1. both are the same once words that name no kind are taken out: "ripe lemon", "lemon fruit";
2. it is the target and one word more, that word ending another name proposed for this target
   ("anjou pear" beside "bosc pear"), or the target having several words ("golden delicious
   apple"), unless that word makes another thing of it ("red grapefruit juice").
A shorter name is no variant: "sour cream" may lie beside a target "ecological sour cream".

A name that ends in a target's is a *kind* of it by its form: "fuji apple" of "apple".
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from storage.records import Proposal, TargetClass
from tasks.neighbors.spelling import words
from tasks.neighbors.taxonomy import endings

Words = tuple[str, ...]

NO_KIND = frozenset({
    "a", "an", "the", "some", "any", "this", "that", "real", "typical", "ordinary", "generic", "single",
    "whole", "entire", "ripe", "unripe", "overripe", "fresh", "raw", "organic", "rotten", "moldy", "juicy", "tasty",
    "yummy", "healthy", "nutritious", "edible", "cut", "sliced", "diced", "chopped", "peeled", "halved",
    "quartered", "beautiful", "pretty", "cute", "nice", "good", "bad",
})  # fmt: skip
"""Words of state and praise that tell no kind of thing from another; colors do tell."""

SIZES = frozenset({"big", "large", "huge", "small", "tiny", "old", "new", "young"})
"""Words of size and age: a large lemon is a lemon, but a large skipper and a small one are two butterflies."""

GENUS = frozenset({"fruit", "vegetable"})
"""Last words that only say what a thing is: "lemon fruit", but not "fruit bat"."""

PRODUCTS = frozenset({
    "bread", "butter", "cake", "candy", "chip", "cider", "cocktail", "cookie", "cream", "curry", "drink",
    "extract", "flower", "gum", "jam", "jelly", "juice", "lemonade", "liqueur", "marmalade", "milk", "muffin",
    "oil", "paste", "pie", "powder", "preserve", "puree", "salad", "sandwich", "sauce", "seed", "shake",
    "sherbet", "smoothie", "soap", "soda", "sorbet", "soup", "syrup", "tart", "tea", "tree", "vinegar", "water",
    "wine", "yogurt", "yoghurt",
})  # fmt: skip
"""Last words that make another thing of what stands before them."""


PREPOSITIONS = frozenset({"at", "by", "for", "from", "in", "of", "on", "with", "without"})
"""No name of a kind begins with one."""


def essence(name: Words) -> Words:
    """The words that name the kind; all of them where none does."""
    stem = name[:-1] if name[-1:] and name[-1] in GENUS else name
    return tuple(word for word in stem if word not in NO_KIND) or name


def sizeless(name: Words) -> Words:
    """The essence without words of size and age; all of it where nothing else is left."""
    return tuple(word for word in essence(name) if word not in SIZES) or name


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The targets by the words of their names, ready to be asked about a proposed name.

    `exact` holds plurals too, since "zucchinis" looks like no plural to a rule that spares "iris".
    """

    exact: dict[Words, TargetClass]
    aliases: dict[Words, TargetClass]
    essences: dict[Words, TargetClass]
    proposed: Mapping[int, set[Words]]

    def same(self, name: Words) -> TargetClass | None:
        """The target that the name is, in another spelling."""
        return self.exact.get(name)

    def alias(self, name: Words) -> TargetClass | None:
        """The target that has the name among its aliases."""
        return self.aliases.get(name)

    def named(self, name: Words) -> TargetClass | None:
        """The target that the name is, by its own name or an alias."""
        return self.exact.get(name) or self.aliases.get(name)

    def said_again(self, whole: str, parent: TargetClass) -> tuple[TargetClass, str] | None:
        """The target that a plain name is without its own target, or a step of that one's taxonomy, at its end."""
        for end in endings(parent):
            if whole.endswith(f" {end}") and (target := self.named(words(whole.removesuffix(f" {end}")))):
                return target, end
        return None

    def head(self, name: Words) -> TargetClass | None:
        """The target that the name ends in, with words before it: of several the one that says most."""
        ends = (name[start:] for start in range(1, len(name)))
        return next((target for end in ends if (target := self.named(end))), None)

    def product(self, name: Words, parent: int) -> bool:
        """Whether the name is its own target and a word that makes another thing of it: "lime pie" for lime."""
        stem = name[:-1]
        target = self.exact.get(stem) or self.essences.get(essence(stem))
        return target is not None and target.label == parent and name[-1] in PRODUCTS

    def twice(self, name: Words) -> TargetClass | None:
        """The target of several words that the name ends in after some of these words: "egg drop soup miso soup"."""
        target = self.head(name)
        own = words(target.name) if target else ()
        return target if len(own) > 1 and set(own) & set(name[: -len(own)]) else None

    def _lengthened(self, name: Words) -> TargetClass | None:
        target = self.exact.get(name[:-1]) or self.essences.get(name[:-1])
        if target is None or name[-1] in PRODUCTS or name[-1:] in self.exact:
            return None
        others = self.proposed[target.label] - {name}
        alike = any(len(other) > 1 and other[-1] == name[-1] for other in others)
        return target if alike or len(words(target.name)) > 1 else None

    def variant(self, name: Words) -> TargetClass | None:
        """The target that the name is a variant of, by the rules above."""
        same = self.essences.get(essence(name)) or self.essences.get(sizeless(name))
        return same or self._lengthened(name) or self._lengthened(sizeless(name))

    def hearing(self, proposals: Iterable[Proposal]) -> "LabelSet":
        """The same label set where these names were proposed too."""
        return replace(self, proposed=_by_target(proposals, self.proposed))


def _by_target(proposals: Iterable[Proposal], before: Mapping[int, set[Words]]) -> Mapping[int, set[Words]]:
    """The words of the names proposed for each target."""
    proposed = defaultdict(set, {label: set(names) for label, names in before.items()})
    for proposal in proposals:
        proposed[proposal.parent].add(words(proposal.name))
    return proposed


def label_set(classes: Sequence[TargetClass], proposals: Iterable[Proposal]) -> LabelSet:
    """The targets, and the names proposed for each."""
    named = [(name, target) for target in reversed(classes) if (name := words(target.name))]
    # Where spellings meet, the name itself wins over a plural and the first label over a later one.
    exact = {(*name[:-1], name[-1] + ending): target for ending in ("es", "s", "") for name, target in named}
    aliases = {words(alias): target for target in reversed(classes) for alias in target.aliases}
    essences = {essence(name): target for name, target in (aliases | exact).items() if name}
    aliases = {name: target for name, target in aliases.items() if name}
    return LabelSet(exact, aliases, essences, _by_target(proposals, {}))
