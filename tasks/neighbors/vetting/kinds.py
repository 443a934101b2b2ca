"""When a name that ends in a target's names no kind of it: two kinds in one, or the target described.

Told by a dictionary, for what the dictionary does not list as a name.
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from tasks.neighbors.lexicon import Lexicon
from tasks.neighbors.spelling import words
from tasks.neighbors.wordnet import Sense, WordNet

COLORS = frozenset({
    "amber", "black", "blue", "brown", "crimson", "cyan", "gold", "golden", "gray", "green", "grey", "indigo", "ivory",
    "magenta", "maroon", "orange", "pink", "purple", "red", "rose", "scarlet", "silver", "tan", "teal", "turquoise",
    "violet", "white", "yellow",
})  # fmt: skip
"""Colors tell kinds apart, though a dictionary calls them adjectives."""


STAPLES = frozenset({
    "bread", "broth", "butter", "dough", "egg", "flour", "garlic", "ketchup", "lettuce", "mayo", "mayonnaise", "oil",
    "onion", "pepper", "salt", "scallion", "stock", "sugar", "vinegar", "water", "yeast",
})  # fmt: skip
"""What is in so many dishes that it tells none from another."""


class Realm(StrEnum):
    """Where a food comes from, which decides how kinds of it are named."""

    GROWN = "grown"
    MADE = "made"
    FLESH = "flesh"


_TOP = {
    Realm.MADE: ("dish", "nutriment", "baked goods", "dessert", "soup", "sandwich", "pasta", "dumpling", "pastry"),
    Realm.GROWN: ("produce", "edible fruit", "vegetable", "edible nut", "herb", "legume"),
    Realm.FLESH: ("meat", "fish", "seafood"),
}
_FOOD, _PLANT = 13, 20
"""Lexicographer files; label sets do not keep fruits and the plants that bear them apart."""


def realm(wordnet: WordNet, sense: Sense) -> Realm | None:
    """A food that is made, one that grows (or any plant), or flesh; None for all else."""
    line = wordnet.ancestors(sense) | {sense.offset}
    for one, names in _TOP.items():
        if any(top.offset in line for name in names for top in wordnet.senses(name) if top.field == _FOOD):
            return one
    return Realm.GROWN if sense.field == _PLANT else None


def usual_realm(lexicon: Lexicon) -> Realm | None:
    """The realm of most targets, which is then taken for that of one that the dictionary does not list."""
    counts = Counter(realm(lexicon.wordnet, sense) for sense in lexicon.senses.values())
    most, count = max(counts.items(), key=lambda item: item[1], default=(None, 0))
    return most if 2 * count > counts.total() else None


@dataclass(frozen=True, slots=True)
class Ending:
    """What a name ends in: a target, or a step of its taxonomy, with what the dictionary says of it."""

    name: str
    heads: tuple[Sense, ...]
    realms: frozenset[Realm | None]
    listed: bool


def ending(lexicon: Lexicon, name: str, own: Sense | None = None) -> Ending:
    """The ending of this name, whose meaning `own` is where it is known."""
    wordnet, listed = lexicon.wordnet, bool(lexicon.wordnet.senses(name))
    heads = (own,) if own else lexicon.heads(name)
    realms = frozenset(realm(wordnet, sense) for sense in heads) or frozenset({usual_realm(lexicon)})
    # "fruit and vegetables" are all kinds of both; what is only known by its last word is one kind of that.
    return Ending(name, heads, realms, listed or own is not None or " and " in name)


def _two_kinds(lexicon: Lexicon, rest: str, end: Ending) -> bool:
    """Whether both parts are of one realm, and the first is neither a wider word nor a kind of the second.

    A dish is named after what is in it, a cultivar after a place or a person: neither is named
    after another of its own realm. Beside a food only foods count: a fuji is a cherry tree too.
    """
    eaten = any(sense.field == _FOOD for sense in end.heads)
    firsts = [
        sense for sense in lexicon.heads(rest) if realm(lexicon.wordnet, sense) and (sense.field == _FOOD or not eaten)
    ]
    wider = frozenset().union(*(lexicon.line(sense) for sense in end.heads))
    whole = {sense.offset for sense in end.heads} if end.listed else set()
    apart = [sense for sense in firsts if sense.offset not in wider and not whole & lexicon.line(sense)]
    same = [sense for sense in apart if realm(lexicon.wordnet, sense) in end.realms]
    return bool(same) and len(apart) == len(firsts)


def _other_flesh(lexicon: Lexicon, rest: str, end: Ending) -> bool:
    """Whether a dish that is named after one meat or fish is said to be of another: "lobster beef carpaccio"."""
    wordnet = lexicon.wordnet
    named = [sense for word in end.name.split()[:-1] for sense in wordnet.senses(word)]
    flesh = {sense.offset for sense in named if realm(wordnet, sense) is Realm.FLESH}
    others = [sense for sense in lexicon.heads(rest) if realm(wordnet, sense) is Realm.FLESH]
    return bool(flesh and others) and not any(flesh & lexicon.line(sense) for sense in others)


def _describes(lexicon: Lexicon, rest: str) -> bool:
    """Whether all words are adjectives that relate to nothing: "tangy", and not "Burmese"."""
    wordnet = lexicon.wordnet
    return all(wordnet.adjectives.get(word, False) and not wordnet.senses(word) for word in rest.split())


def no_kind(lexicon: Lexicon, rest: str, end: Ending) -> str:
    """Why a name, `rest` before its ending, names no kind of that, in words; empty where it may."""
    if rest.split()[-1] in COLORS:
        return ""
    if _two_kinds(lexicon, rest, end) or _other_flesh(lexicon, rest, end):
        return f"{rest} and {end.name} are two kinds"
    seasoned = Realm.MADE in end.realms and set(words(rest)) <= STAPLES
    described = end.realms & set(Realm) and _describes(lexicon, rest)
    return f"{rest} tells no kind of {end.name} from another" if seasoned or described else ""
