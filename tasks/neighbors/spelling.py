"""Two spellings of one name have one key: case, accents, punctuation, parentheses, plural."""

import itertools
import re
import unicodedata
from functools import lru_cache

HELD = 1 << 16
"""Names of which plain spelling and words are remembered: the same are asked for many times in a run."""

_PARENTHESES = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_APOSTROPHES = re.compile(r"['\u2019\u2018`\u00b4]")
# Accents over Latin letters are often left out; the marks of other scripts are letters to them.
_ACCENTS = re.compile(r"[\u0300-\u036f]")

_IRREGULAR = {
    "calves": "calf", "children": "child", "feet": "foot", "geese": "goose", "halves": "half", "hooves": "hoof",
    "knives": "knife", "leaves": "leaf", "lenses": "lens", "lice": "louse", "loaves": "loaf", "men": "man",
    "mice": "mouse", "oxen": "ox", "people": "person", "scarves": "scarf", "shelves": "shelf", "teeth": "tooth",
    "wolves": "wolf", "women": "woman",
}  # fmt: skip
# Singulars that end in -ie and in -oe, whose plural loses its s alone.
_IE = frozenset({
    "brownie", "calorie", "collie", "cookie", "genie", "hoodie", "lie", "movie", "pie", "pixie", "smoothie",
    "tie", "zombie",
})  # fmt: skip
_OE = frozenset({"canoe", "doe", "floe", "hoe", "oboe", "roe", "shoe", "toe"})
# Singulars in -i and -u: without this list "kiwis" and "emus" would be spared as "iris" and "citrus" are.
_IU = frozenset({
    "bikini", "broccoli", "caribou", "chili", "emu", "gnu", "kiwi", "martini", "menu", "panini", "safari", "salami",
    "taxi", "zucchini",
})  # fmt: skip
_HISSES = ("sses", "shes", "ches", "xes", "zzes")


def singular(word: str) -> str:
    """The singular of a lower-case English word, by rule; a word that is none stays as it is."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word[:-1] in _IU and word.endswith("s"):
        return word[:-1]
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")) or word == "lens":
        return word
    if word.endswith("ies"):
        return word[:-1] if word[:-1] in _IE else word[:-3] + "y"
    if word.endswith("oes"):
        return word[:-1] if word[:-1] in _OE else word[:-2]
    return word[:-2] if word.endswith(_HISSES) else word[:-1]


def tidy(name: str) -> str:
    """The name in lower case, without parentheses, punctuation or doubled spaces; empty where nothing is left."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).lower())
    while (shorter := _PARENTHESES.sub(" ", text)) != text:
        text = shorter
    text = _APOSTROPHES.sub("", text)
    listed = "".join(char if unicodedata.category(char)[0] in "LMN" else " " for char in text).split()
    while len(listed) > 1 and listed[0] in ("and", "or"):  # the last of a list that was cut at its commas
        del listed[0]
    return " ".join(listed)


@lru_cache(HELD)
def plain(name: str) -> str:
    """The tidy name without accents, as a dictionary lists it."""
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", tidy(name).casefold()))


@lru_cache(HELD)
def words(name: str) -> tuple[str, ...]:
    """The words that two spellings of one name share: plain, in the singular, no stutter."""
    return tuple(word for word, _ in itertools.groupby(singular(word) for word in plain(name).split()))
