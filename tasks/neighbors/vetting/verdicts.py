"""Why one proposed name is no neighbor category, told by itself and the label set alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from storage.records import NameReason, Proposal, TargetClass
from tasks.neighbors.lexicon import Lexicon, lexicon
from tasks.neighbors.shape import misshape, scripts
from tasks.neighbors.spelling import words
from tasks.neighbors.vetting.by_dictionary import Dictionary, Verdict, said_again
from tasks.neighbors.vetting.variants import PREPOSITIONS, LabelSet, Words, label_set
from tasks.neighbors.wordnet import Sense, WordNet


@dataclass(frozen=True, slots=True)
class Rules:
    """A dictionary, where there is one, and whether kinds of a target itself are wanted."""

    wordnet: WordNet | None = None
    hyponyms: Literal["drop", "keep"] = "drop"


RULES = Rules()
"""Without a dictionary; what needs none is all done."""


@dataclass(frozen=True, slots=True)
class Judge:
    """The label set, what a dictionary knows of it, and whether kinds of a target itself are wanted."""

    names: dict[int, TargetClass]
    labels: LabelSet
    lexicon: Lexicon | None
    scripts: frozenset[str]
    hyponyms: Literal["drop", "keep"]

    @property
    def dictionary(self) -> Dictionary | None:
        """What a dictionary says, where there is one."""
        return Dictionary(self.names, self.labels, self.lexicon, self.kind_of) if self.lexicon else None

    def meaning(self, proposal: Proposal) -> Sense | None:
        """What the name means, where a dictionary knows it."""
        return self.lexicon.meaning(proposal.name, self.names[proposal.parent]) if self.lexicon else None

    def kind_of(self, target: TargetClass, proposal: Proposal) -> Verdict | None:
        """The verdict on a kind of a target: of its own where the recipe does not want them, of another always."""
        if target.label == proposal.parent and self.hyponyms == "keep":
            return None
        return NameReason.IS_HYPONYM, f"a kind of the target class {target.name}"

    def _by_shape(self, proposal: Proposal, name: Words) -> Iterator[Verdict | None]:
        if not name:
            yield NameReason.EMPTY, "nothing is left of the name without its punctuation"
        if why := misshape(proposal.name):
            yield NameReason.NOT_A_NAME, why
        if self.scripts and (foreign := scripts(proposal.name) - self.scripts):
            yield NameReason.WRONG_SCRIPT, f"written in {', '.join(sorted(foreign)).lower()}, as no class is"

    def _by_words(self, proposal: Proposal, name: Words) -> Iterator[Verdict | None]:
        if target := self.labels.same(name):
            yield NameReason.IS_TARGET, f"the target class {target.name}"
        if target := self.labels.alias(name):
            yield NameReason.IS_ALIAS, f"an alias of the target class {target.name}"
        if target := self.labels.variant(name):
            yield NameReason.IS_VARIANT, f"the target class {target.name} in other words"
        if name[0] in PREPOSITIONS:
            yield NameReason.NO_KIND, f"begins with {name[0]!r}"
        if target := self.labels.twice(name):
            yield NameReason.NO_KIND, f"says again what {target.name} says"
        if self.labels.product(name, proposal.parent):
            yield NameReason.NO_KIND, f"a product of the target class {self.names[proposal.parent].name}"

    def _by_form(self, proposal: Proposal, name: Words) -> Iterator[Verdict | None]:
        """By what the name ends in, unless a dictionary lists it as another thing."""
        if self.dictionary and self.dictionary.lists(proposal.name):
            return
        yield said_again(self.labels, proposal, self.names[proposal.parent])
        if target := self.labels.head(name):
            yield self.kind_of(target, proposal)

    def verdict(self, proposal: Proposal) -> Verdict | None:
        """The first reason against the name; None where nothing speaks against it."""
        name = words(proposal.name)
        steps = [self._by_shape(proposal, name), self._by_words(proposal, name)]
        if self.dictionary:
            steps.append(self.dictionary.verdicts(proposal))
        steps.append(self._by_form(proposal, name))
        return next((found for step in steps for found in step if found), None)

    def hearing(self, proposals: Iterable[Proposal]) -> "Judge":
        """The same judge where these names were proposed too."""
        return replace(self, labels=self.labels.hearing(proposals))


def judge(proposals: Sequence[Proposal], classes: Sequence[TargetClass], rules: Rules) -> Judge:
    """A judge over the label set; the proposals tell it which words only repeat a group's noun."""
    written = [name for target in classes for name in (target.name, *target.aliases)]
    return Judge(
        {target.label: target for target in classes},
        label_set(classes, proposals),
        lexicon(rules.wordnet, classes) if rules.wordnet else None,
        frozenset().union(*map(scripts, written)),
        rules.hyponyms,
    )
