"""What a picture's caption says, and the words of all captions as a vocabulary of byte pairs."""

import itertools
import random
from collections import Counter
from collections.abc import Iterable

from sandbox.herbarium.species import (
    COLORS,
    COUNTS,
    EYES,
    LEAVES,
    MARKS,
    PATTERNS,
    PETALS,
    Species,
    describe,
)

NAMED = ("a photo of a {}", "a picture of a {}", "{}", "a {} close up")
DESCRIBED = ("a flower with ", "a photo of a flower with ", "a bloom with ")
KEPT = 0.8
"""How likely a phrase is to be in a caption that describes."""


def caption(subject: Species | str, rng: random.Random) -> str:
    """The name of a species or an object, or what there is to see of a species, in part and in any order."""
    if isinstance(subject, str) or rng.random() < 0.5:
        return rng.choice(NAMED).format(subject if isinstance(subject, str) else subject.name)
    phrases = describe(subject)
    said = [phrase for phrase in phrases if rng.random() < KEPT] or [phrases[0]]
    return rng.choice(DESCRIBED) + ", ".join(rng.sample(said, len(said)))


def words(objects: Iterable[str]) -> list[str]:
    """Every word that a caption can hold, in alphabetical order."""
    genera = [petal + leaf for petal, leaf in itertools.product(PETALS.values(), LEAVES.values())]
    listed = [*genera, *PETALS, *LEAVES, *COUNTS.values(), *COLORS, *PATTERNS, *MARKS, *EYES, *objects]
    frames = " ".join([*NAMED, *DESCRIBED]).replace("{}", "").split()
    return sorted({*listed, *frames, "eye", "eyed", "petal", "petals", "leaves"})


def byte_pairs(vocabulary: Iterable[str]) -> list[tuple[str, str]]:
    """The merges, most frequent pair first, after which every word is one token.

    Source: Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", arXiv 1508.07909.
    """
    spelled = [[*word[:-1], f"{word[-1]}</w>"] for word in vocabulary]
    merges = []
    while pairs := Counter(pair for word in spelled for pair in itertools.pairwise(word)):
        merges.append(best := min(pairs, key=lambda pair: (-pairs[pair], pair)))
        spelled = [_merged(word, best) for word in spelled]
    return merges


def _merged(word: list[str], pair: tuple[str, str]) -> list[str]:
    merged: list[str] = []
    for piece in word:
        if merged and (merged[-1], piece) == pair:
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged
