"""Neighbors by chance: the control arm that shows what related names are worth."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from storage.errors import BadInput
from storage.fingerprint import NOT_IN_KEY
from storage.records import Proposal, Relation, TargetClass
from storage.section import Section
from tasks.neighbors.proposed import Proposed
from tasks.neighbors.wordnet import CONCRETE, WordNet, open_wordnet

PERSON = 18
"""Lexicographer file; kinds of people are no control for things."""


class ChanceNames(Section):
    """Names drawn at random, for each class as many as a model would be asked for."""

    kind: Literal["random"] = Field(description="Names that have nothing to do with the class")
    names: str | None = Field(
        None,
        description="File to draw from, a name a line; null: things that a WordNet dictionary has nothing below",
        json_schema_extra=NOT_IN_KEY,
    )
    dictionary: str = Field(
        "auto",
        description="Folder of the WordNet dictionary; auto: where Debian's wordnet-base puts it",
        json_schema_extra=NOT_IN_KEY,
    )
    seed: int = Field(0, ge=0, description="Seed of the draw")


@cache
def _things(wordnet: WordNet) -> tuple[str, ...]:
    """The first names of all concrete senses without any below them, in the dictionary's order."""
    offsets = sorted({offset for found in wordnet.nouns.values() for offset in found})
    senses = (wordnet.sense(offset) for offset in offsets)
    things = (sense for sense in senses if sense.field in CONCRETE - {PERSON} and not sense.below)
    return tuple(dict.fromkeys(sense.names[0].lower() for sense in things))


def pool(config: ChanceNames) -> tuple[str, ...]:
    """All names that may be drawn; BadInput where there are none."""
    if config.names is not None:
        try:
            lines = Path(config.names).read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(
                f"`neighbors.provider.names`: {config.names} cannot be read ({error})",
                "give the path of a text file with a name a line",
            ) from error
        names = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    else:
        wordnet = open_wordnet(config.dictionary)
        names = _things(wordnet) if wordnet else ()
    if not names:
        raise BadInput(
            "there is nothing to draw random names from",
            "install a WordNet dictionary (Debian: wordnet-base), or give `neighbors.provider.names`",
        )
    return names


def propose(classes: Sequence[TargetClass], counts: Mapping[int, int], config: ChanceNames) -> Proposed:
    """Names drawn for each class, by its label and the seed; none twice for one class."""
    names = pool(config)
    drawn = {
        target.label: np.random.default_rng([config.seed, target.label]).choice(
            len(names), min(counts[target.label], len(names)), replace=False
        )
        for target in classes
    }
    return Proposed(
        tuple(
            Proposal(names[at], label, Relation.UNRELATED, (names[at],), "drawn by chance", "random", f"#{at}", rank)
            for label, places in drawn.items()
            for rank, at in enumerate(places)
        )
    )
