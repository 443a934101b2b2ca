"""The page of errors quotes what the code says, and says for each what causes and what mends it."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from storage import errors
from tests.markdown_blocks import PROJECT

PAGE = PROJECT / "docs/faq.md"
CODE = ("flows", "tasks", "training", "storage", "vision")
GAP = "\0"
"""Stands in a message of the code for what is filled in when it is raised."""


def _text(node: ast.expr) -> str:
    """A message as far as the code says it: what it is put together of, with a GAP for every value."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left) + _text(right)
        case _:
            return GAP


def _messages() -> Iterator[str]:
    """Every text in the product that could be an error's problem."""
    for package in CODE:
        for path in sorted((PROJECT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.JoinedStr | ast.Constant | ast.BinOp) and (text := _text(node)).strip(GAP):
                    yield text


MESSAGES = list(_messages())


def _tokens() -> list[Token]:
    return MarkdownIt().enable("table").parse(PAGE.read_text())


def _entries() -> dict[str, str]:
    """What stands below every quoted message, by the message."""
    found, quoted = dict[str, str](), ""
    tokens = _tokens()
    for before, token in pairwise(tokens):
        if before.type == "heading_open":
            codes = [child.content for child in token.children or () if child.type == "code_inline"]
            quoted = codes[0] if before.tag == "h3" else ""
        elif quoted and token.type == "inline":
            found[quoted] = found.get(quoted, "") + token.content
    return found


ENTRIES = _entries()


def _said(quoted: str) -> re.Pattern[str]:
    """A message of the code that the quoted one is of: what differs is filled in there too, or is another word."""
    return re.compile(".*".join(re.escape(part) for part in quoted.split("...")), re.DOTALL)


@pytest.mark.parametrize("quoted", ENTRIES)
def test_the_code_says_so_still(quoted: str) -> None:
    """Its words stand in one message, in this order, and what the page leaves open is filled in by the code."""
    assert any(_said(quoted).fullmatch(text) for text in MESSAGES), f"no message reads {quoted!r}"


@pytest.mark.parametrize("quoted", ENTRIES)
def test_every_error_has_its_cause_and_its_mend(quoted: str) -> None:
    """In this order, each once."""
    assert re.fullmatch(r"\*\*Cause:\*\* .+\s\*\*Mend:\*\* .+", ENTRIES[quoted], re.DOTALL)


def test_the_page_has_the_frequent_ones_and_every_kind() -> None:
    """At least twenty, and a line for each type of storage/errors.py."""
    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type)} - {"ExtrapolationError"}
    rows = {child.content for token in _tokens() for child in token.children or () if child.type == "code_inline"}
    assert len(ENTRIES) >= 20
    assert kinds <= rows


def test_a_message_that_nobody_gives_would_be_told() -> None:
    """The check itself can fail: words in another order, and words of two messages, are none."""
    invented = (
        "there is no data set recipe file ...",
        "is not set variable environment",
        "... is not YAML at all: ...",
    )
    assert not any(_said(quoted).fullmatch(text) for quoted in invented for text in MESSAGES)
