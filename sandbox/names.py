"""Names of classes: how people write them, and which one a text speaks of."""

import re
from collections.abc import Iterable
from functools import lru_cache


def spoken(class_name: str) -> str:
    """A class as people write it: "Golden-Delicious" becomes "golden delicious"."""
    return class_name.replace("-", " ").replace("_", " ").lower()


def _singular(word: str) -> str:
    if len(word) <= 3 or word.endswith("ss"):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return re.sub(r"(?<=[sxzo])es$|(?<=[cs]h)es$|s$", "", word)


@lru_cache(maxsize=1 << 14)  # every answer of the language model compares the same names again
def words(text: str) -> tuple[str, ...]:
    """The words of a text, blind to case, punctuation and plurals."""
    return tuple(_singular(word) for word in re.findall(r"\w+", text.lower()))


def _holds(text: tuple[str, ...], name: tuple[str, ...]) -> bool:
    return any(text[i : i + len(name)] == name for i in range(len(text) - len(name) + 1))


def find(text: str, names: Iterable[str]) -> str | None:
    """The longest of the names that the text is or contains, None where it contains none."""
    said = words(text)
    held = [name for name in names if _holds(said, words(name))]
    return max(held, key=lambda name: (len(words(name)), len(name)), default=None)
