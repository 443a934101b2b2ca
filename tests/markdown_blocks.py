"""The code that a text of the documentation shows, so that tests run the text itself and no twin of it."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

PROJECT = Path(__file__).parent.parent
PAGES = ("README.md", "CONTRIBUTING.md", *sorted(f"docs/{path.name}" for path in (PROJECT / "docs").glob("*.md")))
"""All of the documentation, by paths from the project's folder."""


@cache
def tokens(page: str) -> tuple[Token, ...]:
    """A page below the project's folder as Markdown reads it."""
    return tuple(MarkdownIt().enable("table").parse((PROJECT / page).read_text()))


def within(page: str, kind: str) -> Iterator[Token]:
    """The tokens of one kind inside the texts of a page: code_inline, link_open, image."""
    return (child for token in tokens(page) for child in token.children or () if child.type == kind)


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a language on a page, in their order."""
    return [token.content for token in tokens(page) if token.type == "fence" and token.info.strip() == language]


def indented(page: str) -> list[str]:
    """The indented blocks of a page, in their order; what an empty line divides is several."""
    held = [token.content for token in tokens(page) if token.type == "code_block"]
    return [part.strip("\n") for block in held for part in block.split("\n\n") if part.strip()]


def inline(page: str) -> list[str]:
    """What stands in backticks within the texts of a page, in its order."""
    return [token.content for token in within(page, "code_inline")]
