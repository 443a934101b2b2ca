import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.loader import cores, in_order


@given(count=st.integers(0, 30), workers=st.integers(1, 4), ahead=st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_order_is_kept(count: int, workers: int, ahead: int) -> None:
    """Whatever takes longer, results come in the order of their items, each once."""

    def work(item: int) -> int:
        time.sleep(0.001 * (item % 3))
        return -item

    assert list(in_order(work, range(count), workers, ahead)) == [-item for item in range(count)]


def test_few_are_held_at_once() -> None:
    """No more items are drawn than `ahead` of what was taken, however slow the taker is."""
    drawn: list[int] = []

    def items() -> Iterator[int]:
        for item in range(50):
            drawn.append(item)
            yield item

    made = in_order(str, items(), workers=2, ahead=4)
    for taken in range(10):
        next(made)
        assert len(drawn) <= taken + 1 + 4


def test_work_is_done_side_by_side() -> None:
    """As many items are worked on at once as there are workers."""
    together = threading.Barrier(3)

    def work(item: int) -> int:
        together.wait(timeout=60)
        return item

    assert list(in_order(work, range(6), workers=3, ahead=6)) == list(range(6))


def test_what_work_raises_is_raised_and_ends_it() -> None:
    """The taker sees the error in its place, and nothing is begun after it."""
    begun: list[int] = []

    def work(item: int) -> int:
        begun.append(item)
        if item == 2:
            raise OSError("the disk is gone")
        return item

    made = in_order(work, range(1000), workers=1, ahead=3)
    assert [next(made), next(made)] == [0, 1]
    with pytest.raises(OSError, match="the disk is gone"):
        next(made)
    assert len(begun) < 10
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("loader")]


def test_there_is_a_core() -> None:
    """The number of workers is never nothing."""
    assert cores() >= 1


@pytest.mark.parametrize(("told", "wanted"), [("1", 1), ("", None), ("100000", None), ("2,1", None)])
def test_threads_are_no_more_than_the_environment_allows(
    monkeypatch: pytest.MonkeyPatch, told: str, wanted: int | None
) -> None:
    """OMP_NUM_THREADS bounds them, as it does torch's; where it says nothing or more, the machine's cores do."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    all_of_them = cores()
    monkeypatch.setenv("OMP_NUM_THREADS", told)
    assert cores() == (wanted or all_of_them)
