from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import BadInput
from storage.records import Bounded, Decision, DropReason, url_key
from tasks.select.calibration import Tried, calibrate
from tasks.select.config import SelectConfig
from tasks.select.labels import read_labels

BOUNDED = [Bounded("lime", 0.5, 1.0, -1.0, -1.0)]
CONFIG = SelectConfig(min_margin=-2)


def _row(number: int, similarity: float, group: str = "", reason: DropReason | None = None) -> Decision:
    return Decision(f"{number}", "lime", f"{number}", reason, similarity, group=group or f"{number}")


def _tried(rows: list[Decision], truth: dict[tuple[str, str], bool] | None = None) -> list[Tried]:
    return [one for one in calibrate(rows, BOUNDED, CONFIG, truth or {}) if one.bound == "least similarity"]


def test_as_it_is_set_it_keeps_what_was_kept() -> None:
    """Copies count once; what a bound dropped is not there, and what no bound could save never is."""
    rows = [
        _row(1, 0.9, "a"), _row(2, 0.8, "a", DropReason.DUPLICATE), _row(3, 0.7), _row(4, 0.1),
        _row(5, 0.9, reason=DropReason.LEAK),
    ]  # fmt: skip
    as_set, *others = _tried(rows)
    assert (as_set.value, as_set.kept, as_set.precision, as_set.recall) == (None, 2, None, None)
    assert max(one.kept for one in others) == 3


def test_truth_makes_it_precision_and_recall() -> None:
    """Over what is labelled: two of three kept ones right, two of all three right ones kept."""
    rows = [_row(1, 0.9), _row(2, 0.8), _row(3, 0.7), _row(4, 0.6), _row(5, 0.1)]
    truth = {("1", "lime"): True, ("2", "lime"): True, ("3", "lime"): False, ("5", "lime"): True}
    as_set = _tried(rows, truth)[0]
    assert as_set.kept == 4
    assert (as_set.precision or 0, as_set.recall or 0) == pytest.approx((2 / 3, 2 / 3))


def test_a_label_on_a_copy_is_one_on_what_is_kept() -> None:
    """Whoever has looked at one of several copies has looked at them all; the kept one's own label comes first."""
    rows = [_row(1, 0.9, "a"), _row(2, 0.8, "a", DropReason.DUPLICATE), _row(3, 0.7)]
    as_set = _tried(rows, {("2", "lime"): True})[0]
    assert (as_set.precision, as_set.recall) == (1.0, 1.0)
    as_set = _tried(rows, {("2", "lime"): True, ("1", "lime"): False, ("3", "lime"): True})[0]
    assert (as_set.precision, as_set.recall) == (0.5, 1.0)


def test_only_bounds_that_bound_are_told() -> None:
    """What is set to no check is not among them, and no candidates give no table."""
    assert {one.bound for one in calibrate([_row(1, 0.9)], BOUNDED, CONFIG, {})} == {
        "least similarity",
        "most similarity",
    }
    assert calibrate([], BOUNDED, CONFIG, {}) == []


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=30))
def test_a_stricter_bound_keeps_no_more(similarities: list[float]) -> None:
    """From value to value upward the number kept never rises."""
    tried = _tried([_row(number, value) for number, value in enumerate(similarities)])[1:]
    ordered = sorted(tried, key=lambda one: one.value or 0.0)
    assert [one.kept for one in ordered] == sorted((one.kept for one in ordered), reverse=True)


def test_another_reason_still_stands_against_it() -> None:
    """What two bounds object to is not kept by lifting one."""
    both = replace(_row(1, 0.1), name_rank=0.9)
    assert max(one.kept for one in _tried([both, replace(_row(2, 0.9), name_rank=0.0)])) == 1


def test_labels_are_read_by_their_columns(tmp_path: Path) -> None:
    """Order and case do not matter; a URL stands for its key."""
    file = tmp_path / "labels.csv"
    file.write_text("\ufeffright,url,neighbor\nYes,https://a.example/1,lime\n0,https://a.example/2,lime\n")
    assert read_labels(str(file)) == {
        (url_key("https://a.example/1"), "lime"): True, (url_key("https://a.example/2"), "lime"): False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("url,right\n", "has no column neighbor"),
        ("url,neighbor,right\na,b,perhaps\n", "line 2: right is 'perhaps'"),
        ("url,neighbor,right\na\n", "line 2: right is ''"),
        ("", "has no column url, neighbor, right"),
    ],
)
def test_bad_labels_are_named(tmp_path: Path, text: str, said: str) -> None:
    """The column or the line that is wrong is in the error."""
    file = tmp_path / "labels.csv"
    file.write_text(text)
    with pytest.raises(BadInput, match=said):
        read_labels(str(file))


def test_no_labels_file(tmp_path: Path) -> None:
    """A path that leads nowhere is named."""
    with pytest.raises(BadInput, match=r"nowhere\.csv cannot be read"):
        read_labels(str(tmp_path / "nowhere.csv"))
