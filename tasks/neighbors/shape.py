"""Whether a text reads like the name of a thing, and not like a sentence, an address or an order."""

import re
import unicodedata

LONGEST = 80
"""Characters of a name."""

WORDS = 12
"""Words of a name; the longest of ImageNet has seven."""

_SIGNS = re.compile(r"[{}<>\[\]|\\\"=!?;:@#$*_~^]|://|\bwww\.|\b(?!(?:var|ssp|subsp)\.)\w{3,}\. ")
_ORDERS = re.compile(
    r"\b(ignore|disregard|forget|override|repeat|reveal|print|output|answer|respond|reply|say|execute|pretend)\b"
    r".*\b(above|previous|prior|earlier|instructions?|prompts?|rules?|system|json|following|everything)\b"
    r"|\b(answer|respond|reply) (only|with)\b|\b(you are|system prompt|do not|don't)\b",
    re.IGNORECASE,
)


_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lo"})  # and not marks like the okina, which are letters of no script
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"  # Persian and Hindi words are spelled with them
_ONE_SCRIPT = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "KATAKANA-HIRAGANA": "CJK"}  # Japanese mixes them in one name


def misshape(name: str) -> str:
    """What keeps the text from being a name, in words; empty where it reads like one."""
    if any(unicodedata.category(char) in _UNSEEN for char in name if char not in _JOINERS):
        return "it holds characters that nobody sees"
    if len(name) > LONGEST or len(name.split()) > WORDS:
        return f"it is longer than {LONGEST} characters or {WORDS} words"
    if found := _SIGNS.search(name):
        return f"no name holds {found[0].strip()!r}"
    return "it reads like an order" if _ORDERS.search(name) else ""


def scripts(name: str) -> frozenset[str]:
    """The writing systems of its letters: LATIN, CYRILLIC, CJK, ..."""
    letters = (char for char in unicodedata.normalize("NFKC", name) if unicodedata.category(char) in _LETTERS)
    named = (unicodedata.name(char, "?").split()[0] for char in letters)
    return frozenset(_ONE_SCRIPT.get(script, script) for script in named)
