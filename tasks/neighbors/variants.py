"""When a name is a target class under another name.

After spelling is leveled, a name is a *variant* of a target where
1. both are the same once words that name no kind are taken out: "ripe lemon", "lemon fruit";
2. it is the target and one word more, that word ending another name proposed for this target
   ("anjou pear" beside "bosc pear"), or the target having several words ("golden delicious
   apple"), unless that word makes another thing of it ("red grapefruit juice").
A shorter name is no variant: "sour cream" may lie beside a target "ecological sour cream".
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.records import Proposal, TargetClass
from tasks.neighbors.spelling import words

Words = tuple[str, ...]

NO_KIND = frozenset({
    "a", "an", "the", "some", "any", "this", "that", "real", "typical", "ordinary", "generic", "single",
    "whole", "entire", "ripe", "unripe", "overripe", "fresh", "raw", "organic", "rotten", "moldy", "juicy", "tasty",
    "yummy", "healthy", "nutritious", "edible", "cut", "sliced", "diced", "chopped", "peeled", "halved",
    "quartered", "big", "large", "huge", "small", "tiny", "old", "new", "young", "beautiful", "pretty", "cute",
    "nice", "good", "bad", "fruit", "vegetable",
})  # fmt: skip
"""Words of state, size, praise and genus that tell no kind of thing from another; colors do tell."""

PRODUCTS = frozenset({
    "bread", "butter", "cake", "candy", "chip", "cider", "cocktail", "cookie", "cream", "curry", "drink",
    "extract", "flower", "gum", "jam", "jelly", "juice", "lemonade", "liqueur", "marmalade", "milk", "muffin",
    "oil", "paste", "pie", "powder", "preserve", "puree", "salad", "sandwich", "sauce", "seed", "shake",
    "sherbet", "smoothie", "soap", "soda", "sorbet", "soup", "syrup", "tart", "tea", "tree", "vinegar", "water",
    "wine", "yogurt", "yoghurt",
})  # fmt: skip
"""Last words that make another thing of what stands before them."""


def essence(name: Words) -> Words:
    """The words that name the kind; all of them where none does."""
    return tuple(word for word in name if word not in NO_KIND) or name


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The targets by the words of their names, ready to be asked about a proposed name.

    `exact` holds plurals too, since "zucchinis" looks like no plural to a rule that spares "iris".
    """

    exact: dict[Words, TargetClass]
    essences: dict[Words, TargetClass]
    proposed: dict[int, set[Words]]

    def same(self, name: Words) -> TargetClass | None:
        """The target that the name is, in another spelling."""
        return self.exact.get(name)

    def _lengthened(self, name: Words) -> TargetClass | None:
        target = self.exact.get(name[:-1]) or self.essences.get(name[:-1])
        if target is None or name[-1] in PRODUCTS:
            return None
        others = self.proposed[target.label] - {name}
        alike = any(len(other) > 1 and other[-1] == name[-1] for other in others)
        return target if alike or len(words(target.name)) > 1 else None

    def variant(self, name: Words) -> TargetClass | None:
        """The target that the name is a variant of, by the rules above."""
        return self.essences.get(essence(name)) or self._lengthened(name) or self._lengthened(essence(name))


def label_set(classes: Sequence[TargetClass], proposals: Iterable[Proposal]) -> LabelSet:
    """The targets, and the names proposed for each."""
    proposed: dict[int, set[Words]] = defaultdict(set)
    for proposal in proposals:
        proposed[proposal.parent].add(words(proposal.name))
    named = [(name, target) for target in reversed(classes) if (name := words(target.name))]
    # Where spellings meet, the name itself wins over a plural and the first label over a later one.
    exact = {(*name[:-1], name[-1] + ending): target for ending in ("es", "s", "") for name, target in named}
    return LabelSet(exact, {essence(name): target for name, target in exact.items()}, proposed)
