"""Rows of an array that are not copied read as the array does; numbers without their repetitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision import rows as module
from vision.rows import Rows, distinct

NUMBERS = st.lists(st.integers(-(2**62), 2**62), max_size=50)


@given(NUMBERS)
def test_distinct_is_the_ordered_set(numbers: list[int]) -> None:
    """Each number once, in order."""
    assert distinct(np.array(numbers, np.int64)).tolist() == sorted(set(numbers))


@given(st.integers(1, 30), st.data())
def test_rows_are_what_an_index_picks(count: int, data: st.DataObject) -> None:
    """Rows of rows too, by a mask, by places and by a slice, whatever their order; and by blocks all of them."""
    whole = np.arange(3 * count).reshape(count, 3)
    at = np.array(data.draw(st.lists(st.integers(0, count - 1), max_size=20)), np.int64)
    held, array = Rows(whole, at), whole[at]
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(at), max_size=len(at))), bool)
    assert (held[:] == array).all()
    assert held.shape == array.shape
    assert (held.take(mask)[::-1] == array[mask][::-1]).all()
    assert (Rows.of(array).take(mask)[:] == array[mask]).all()
    blocks = list(held.blocks())
    assert sum(len(block) for _, block in blocks) == len(held)


def test_blocks_follow_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is told with the number of its first row."""
    monkeypatch.setattr(module, "_BLOCK", 4)
    held = Rows.of(np.arange(10))
    assert [(start, block.tolist()) for start, block in held.blocks()] == [
        (0, [0, 1, 2, 3]), (4, [4, 5, 6, 7]), (8, [8, 9]),
    ]  # fmt: skip


def test_rows_are_no_copy() -> None:
    """What is taken shares the array; an index brings a copy."""
    whole = np.zeros((5, 2))
    assert Rows.of(whole).take(np.array([1, 2])).whole is whole
    assert not np.shares_memory(Rows.of(whole)[np.array([1])], whole)
