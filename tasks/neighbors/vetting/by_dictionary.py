"""What a dictionary says against a proposed name: a target in other words, a wider class, a kind of one, no kind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from storage.records import NameReason, Proposal, TargetClass
from tasks.neighbors.lexicon import Lexicon
from tasks.neighbors.spelling import plain, words
from tasks.neighbors.taxonomy import taxonomy_steps
from tasks.neighbors.vetting.kinds import Ending, ending, no_kind
from tasks.neighbors.vetting.variants import LabelSet
from tasks.neighbors.wordnet import Sense

Verdict = tuple[NameReason, str]
KindOf = Callable[[TargetClass, Proposal], Verdict | None]
"""The verdict on a name that is a kind of a target."""


def said_again(labels: LabelSet, proposal: Proposal, parent: TargetClass) -> Verdict | None:
    """The verdict on a target with the name's own target, or that one's taxonomy, after it; told by words alone."""
    found = labels.said_again(plain(proposal.name), parent)
    return (NameReason.IS_ALIAS, f"the target class {found[0].name}, and {found[1]} said again") if found else None


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The label set by its words and by what they mean."""

    names: dict[int, TargetClass]
    labels: LabelSet
    lexicon: Lexicon
    kind_of: KindOf

    def lists(self, name: str) -> bool:
        """Whether the dictionary has this very name, so that its form says nothing ("pineapple")."""
        return bool(self.lexicon.wordnet.senses(plain(name)))

    def _endings(self, proposal: Proposal) -> Iterator[Ending]:
        """What the name ends in: a target, or what the dictionary lists of its own target's taxonomy."""
        if target := self.labels.head(words(proposal.name)):
            yield ending(self.lexicon, plain(target.name), self.lexicon.senses.get(target.label))
        steps = (ending(self.lexicon, plain(step)) for step in taxonomy_steps(self.names[proposal.parent]))
        yield from (step for step in steps if step.listed)

    def _by_parts(self, proposal: Proposal) -> Iterator[Verdict | None]:
        """By the parts of a name that the dictionary does not list."""
        whole = plain(proposal.name)
        for end in self._endings(proposal):
            rest = whole.removesuffix(f" {end.name}")
            if rest != whole and (why := no_kind(self.lexicon, rest, end)):
                yield NameReason.NO_KIND, why
        yield said_again(self.labels, proposal, self.names[proposal.parent])
        yield self._pleonasm(whole)

    def _pleonasm(self, whole: str) -> Verdict | None:
        """The verdict on a target with a word after it for what is wider: "salmon fish"."""
        parts = whole.split()
        for cut in range(1, len(parts)):
            target, wider = self.labels.named(words(" ".join(parts[:cut]))), " ".join(parts[cut:])
            sense = self.lexicon.senses.get(target.label) if target else None
            if target and sense and self.lexicon.under([sense], self.lexicon.wordnet.senses(wider)):
                return NameReason.IS_ALIAS, f"the target class {target.name}, and {wider} said again"
        return None

    def _by_meaning(self, proposal: Proposal, sense: Sense) -> Iterator[Verdict | None]:
        lexicon = self.lexicon
        if (label := lexicon.labels.get(sense.offset)) is not None:
            yield NameReason.IS_ALIAS, f"by the dictionary the target class {self.names[label].name}"
        if (label := lexicon.below.get(sense.offset)) is not None:
            yield NameReason.IS_BROADER, f"the target class {self.names[label].name} is a kind of it"
        above = [self.names[lexicon.labels[at]] for at in lexicon.wordnet.ancestors(sense) if at in lexicon.labels]
        own = [target for target in above if target.label == proposal.parent]
        for target in own or sorted(above, key=lambda target: target.label):
            yield self.kind_of(target, proposal)

    def verdicts(self, proposal: Proposal) -> Iterator[Verdict | None]:
        """What speaks against the name, in order; None where a rule has nothing to say."""
        if not self.lists(proposal.name):
            yield from self._by_parts(proposal)
        if sense := self.lexicon.meaning(proposal.name, self.names[proposal.parent]):
            yield from self._by_meaning(proposal, sense)
