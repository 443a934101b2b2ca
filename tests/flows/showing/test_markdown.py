"""Texts of strangers stay text, wherever they stand in a page of the Prefect UI."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from flows.showing.markdown import code, plain, table

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PUNCTUATED = st.text(st.sampled_from("ab \\`*_[]()<>|~&@:#!$^{}./-=+;\"'\n\t"), max_size=40)


def _types(page: str) -> tuple[set[str], str]:
    """The kinds of inline marks on a page, and its text."""
    inline = [token for token in PARSER.parse(page) if token.type == "inline"]
    children = [child for token in inline for child in token.children or []]
    return {child.type for child in children}, "".join(child.content for child in children)


@given(PUNCTUATED)
@example("<img src=x onerror=alert(1)>")
@example("![picture](http://evil.example/p.png) [link](javascript:alert(1))")
@example("&lt;b&gt; &#60; **b** `c` ~~d~~ |")
def test_a_stranger_s_text_is_text(text: str) -> None:
    """In a paragraph and in a cell it is drawn as it was written, spaces apart, and is nothing else."""
    want = " ".join(text.split())
    kinds, shown = _types(f"It says: {plain(text)}")
    assert kinds <= {"text", "text_special"}
    assert shown == f"It says: {want}".rstrip()
    cell = table(("name", "next"), [(f"x{plain(text)}x", "end")])
    kinds, shown = _types(cell)
    assert kinds <= {"text", "text_special"}
    assert " ".join(shown.split()) == "namenext" + f"x{want}xend"


@given(PUNCTUATED)
@example("www.evil.example http://evil.example someone@evil.example WWW.evil.example")
def test_a_stranger_s_text_becomes_no_link_by_itself(text: str) -> None:
    """What a renderer makes a link of unasked, an address of the web or of a person, is not left whole."""
    assert not re.search(r"(?i)www\.|https?:/|(?<!\\)@", plain(text))


@pytest.mark.parametrize("path", ["/data/my_set/*.tar", "s3://bucket/a|b", "C:\\data\\`x`"])
def test_a_path_is_code_in_a_cell_too(path: str) -> None:
    """One piece of code, and no further cell."""
    kinds, shown = _types(table(("place", "next"), [(code(path), "end")]))
    assert kinds == {"text", "code_inline"}
    assert shown == "placenext" + path.replace("`", "'") + "end"
