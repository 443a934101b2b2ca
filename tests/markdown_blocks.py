"""The code that a text of the documentation shows, so that tests run the text itself and no twin of it."""

from pathlib import Path

from markdown_it import MarkdownIt

PROJECT = Path(__file__).parent.parent


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a language on a page below the project's folder, in their order."""
    tokens = MarkdownIt().parse((PROJECT / page).read_text())
    return [token.content for token in tokens if token.type == "fence" and token.info.strip() == language]
