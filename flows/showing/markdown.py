"""Markdown as the Prefect UI draws it: tables, and texts of strangers that cannot be anything but text.

That UI draws HTML too, pictures from anywhere among it, also in the cells of a table artifact; it draws character
references as they are written.
"""

import re
from collections.abc import Iterable, Sequence

_MARKUP = re.compile(r"[\\`*_\[\]<>|~&@:#!$^{}]|(?<=www)\.", re.IGNORECASE)
"""What can begin a link, a picture, an element, a style or a cell within a line of text."""


def plain(text: str) -> str:
    """The text on one line, for within a paragraph or a cell, with no markup in it."""
    return _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def code(text: str) -> str:
    """A path, a key or a digest, in the type of code; in a table too."""
    return "`" + " ".join(text.split()).replace("`", "'").replace("|", r"\|") + "`"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are Markdown already, none with a line break or a bare "|" in it."""
    ruled = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in ruled)
