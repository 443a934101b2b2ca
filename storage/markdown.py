"""Texts from anybody, for where they would do something: in Markdown, and in a sheet."""

import re
import unicodedata

_MARKUP = re.compile(r"[^\w\s,'/%]|_")
"""What markdown may take for its own; it lets a backslash be put before any punctuation."""

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001  # as wide as the signs that sheets take for those
"""What a cell begins with that a spreadsheet computes."""


def one_line(text: object) -> str:
    """The text on one line without what shows nothing, such as marks that turn the direction of writing."""
    return " ".join("".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in str(text)).split())


def markdown(text: object) -> str:
    """A text from anybody as one line of markdown that shows it and does nothing else."""
    return _MARKUP.sub(lambda sign: f"\\{sign[0]}" if sign[0].isascii() else sign[0], one_line(text))


def cell(text: object) -> str:
    """The text as a cell of a sheet; one that would be computed has an apostrophe before it."""
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA) else line
