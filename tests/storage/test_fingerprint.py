"""Keys change with what matters, and with nothing else."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from storage.fingerprint import NOT_IN_KEY, bucket, fingerprint
from storage.section import Section

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


class Pace(Section):
    """A section with one field that matters and one that does not."""

    limit: int = 1
    workers: int = Field(1, json_schema_extra=NOT_IN_KEY)


@dataclass(frozen=True)
class Outer:
    """A dataclass around a section."""

    pace: Pace


def _rebuilt(value: object) -> object:
    """An equal value of other objects, every mapping built backwards."""
    if isinstance(value, dict):
        return {name: _rebuilt(value[name]) for name in reversed(value)}
    return [_rebuilt(item) for item in value] if isinstance(value, list) else value


@given(PLAIN)
def test_equal_values_have_equal_keys(value: object) -> None:
    """A key depends on the value alone: not on the order in which a mapping was built."""
    assert fingerprint(_rebuilt(value)) == fingerprint(value)


def test_only_fields_that_change_the_output_change_the_key() -> None:
    """Pace is not part of a key, a limit is."""
    assert fingerprint(Outer(Pace(workers=1))) == fingerprint(Outer(Pace(workers=9)))
    assert fingerprint(Outer(Pace(limit=1))) != fingerprint(Outer(Pace(limit=2)))


@pytest.mark.parametrize(
    "value", [{1, 2}, frozenset("a"), Path("/x"), object(), b"bytes"], ids=lambda value: type(value).__name__
)
def test_a_value_without_a_stable_text_is_refused(value: object) -> None:
    """What may differ between two processes never gets into a key unseen."""
    with pytest.raises(TypeError, match="no stable text"):
        fingerprint({"field": value})


def test_a_key_is_the_same_in_another_process() -> None:
    """Neither hash seeds nor dictionary order leak into a key."""
    code = "from storage.fingerprint import *; print(fingerprint({'b': 1, 'a': [2, 'x']}), bucket('host', 7))"
    environment = {"PYTHONHASHSEED": "7"}
    root = Path(__file__).parents[2]
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=root, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == [fingerprint({"a": [2, "x"], "b": 1}), str(bucket("host", 7))]


@given(st.text(), st.integers(1, 64))
def test_a_bucket_lies_in_its_range(text: str, of: int) -> None:
    """Every text has one partition among those there are."""
    assert 0 <= bucket(text, of) < of
