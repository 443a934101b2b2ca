"""Data becomes scripts that say what it is and nothing else."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.report.site.scripts import columns, literal, script

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!--",
    "\u2028\u2029",
    "\u202egnp",
    "\\u003c",
    "'\"`${1}",
    "&lt;",
    "]]>",
)
texts = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]))
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
)


@given(values)
def test_what_is_written_is_read_back(value: Any) -> None:
    """JSON reads the same value, so that JavaScript does."""
    assert json.loads(literal(value)) == value


@given(values)
def test_no_text_can_end_a_script_or_a_line(value: Any) -> None:
    """Plain printable ASCII without the letters that tags are made of."""
    text = literal(value)
    assert text.isascii()
    assert not set(text) & set("<>&\n\r")


def test_what_is_no_json_is_no_script() -> None:
    """NaN would be a name in JavaScript, and no number."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        literal({"score": float("nan")})


def test_a_script_hands_its_value_over_by_name() -> None:
    """One line beside the strict mode."""
    assert script("pictures/00000", ["<b>"]) == b'"use strict";site.take("pictures/00000",["\\u003cb\\u003e"]);\n'


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    parents: tuple[int, ...]


def test_columns_hold_every_row_in_order() -> None:
    """A list a field, empty ones too."""
    assert columns([_Row("a", (1,)), _Row("b", ())], _Row) == {"name": ["a", "b"], "parents": [(1,), ()]}
    assert columns([], _Row) == {"name": [], "parents": []}
