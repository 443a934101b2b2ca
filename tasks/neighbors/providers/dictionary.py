"""Neighbors by a dictionary: what stands beside a class in WordNet, offline and the same every time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field

from storage.fingerprint import NOT_IN_KEY
from storage.records import AnswerReason, Proposal, Relation, TargetClass, Unanswered
from storage.section import Section
from tasks.neighbors.lexicon import Lexicon, lexicon
from tasks.neighbors.proposed import Proposed
from tasks.neighbors.wordnet import Sense, WordNet

WHY = 120
"""Characters of a gloss that are kept."""


class WordNetNames(Section):
    """Co-hyponyms of a class, or its hyponyms, in a WordNet dictionary."""

    kind: Literal["wordnet"] = Field(description="A dictionary in place of a language model")
    dictionary: str = Field(
        "auto",
        description="Folder of the dictionary; auto: where Debian's wordnet-base puts it",
        json_schema_extra=NOT_IN_KEY,
    )
    relation: Literal["co_hyponyms", "hyponyms"] = Field(
        "co_hyponyms", description="What stands beside the class, the nearest first; or below it"
    )


def _below(wordnet: WordNet, sense: Sense, skip: frozenset[int] = frozenset()) -> Iterator[Sense]:
    """The senses below one, level by level, without some and what stands below those."""
    seen, level = set(skip), [sense]
    while level:
        level = [wordnet.sense(offset) for each in level for offset in each.below if offset not in seen]
        level = list({each.offset: each for each in level}.values())
        seen |= {each.offset for each in level}
        yield from level


def _beside(wordnet: WordNet, sense: Sense, steps: int = 3) -> Iterator[Sense]:
    """What shares a near ancestor with a sense, the nearest ancestor first; none of its own kinds."""
    skip = frozenset({sense.offset})
    level = [sense]
    for _ in range(steps):
        level = [wordnet.sense(offset) for each in level for offset in each.above]
        for above in level:
            for other in _below(wordnet, above, skip):
                skip |= {other.offset}
                yield other


def _query(wordnet: WordNet, sense: Sense) -> str:
    """The name, with a word for what it is where the name alone means other things too."""
    name = sense.names[0]
    if len(wordnet.senses(name)) == 1 or not sense.above:
        return name
    return f"{name} {wordnet.sense(sense.above[0]).names[0]}"


def _free(held: Lexicon, found: Iterable[Sense], own: frozenset[int]) -> Iterator[Sense]:
    """Those that are no target and neither above nor below one, but for these of the targets; each name once."""
    targets, names = held.labels.keys() - own, set[str]()
    for sense in found:
        if not (sense.offset in held.labels or sense.offset in held.below or held.line(sense) & targets):
            if (name := sense.names[0].lower()) not in names:
                yield sense
            names.add(name)


def _proposals(held: Lexicon, target: TargetClass, count: int, relation: str) -> list[Proposal]:
    wordnet, sense = held.wordnet, held.senses[target.label]
    if relation == "co_hyponyms":
        told, wanted = Relation.SIBLING, _free(held, _beside(wordnet, sense), frozenset())
    else:
        told, wanted = Relation.HYPONYM, _free(held, _below(wordnet, sense), held.line(sense))
    return [
        Proposal(
            other.names[0].lower(), target.label, told, (_query(wordnet, other).lower(),),
            other.gloss.partition(";")[0][:WHY], "wordnet", f"n{other.offset:08d}", rank,
        )
        for rank, other in zip(range(count), wanted, strict=False)
    ]  # fmt: skip


def propose(
    classes: Sequence[TargetClass], counts: Mapping[int, int], config: WordNetNames, wordnet: WordNet
) -> Proposed:
    """Names for every class that the dictionary knows; `prompt` of each is its WordNet id."""
    held = lexicon(wordnet, classes)
    known = [target for target in classes if target.label in held.senses]
    detail = "the dictionary lists neither the class nor one of its aliases: add one in targets.class_names"
    return Proposed(
        tuple(each for target in known for each in _proposals(held, target, counts[target.label], config.relation)),
        tuple(
            Unanswered(target.label, AnswerReason.UNKNOWN, detail)
            for target in classes
            if target.label not in held.senses
        ),
    )
