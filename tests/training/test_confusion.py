"""Where wrong answers go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.small import small_set
from tests.training.test_evaluate import tally
from training.config import Arm
from training.confusion import confusion, share_to_sharers, sharers

ANSWERS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=40)


@given(ANSWERS)
def test_confusion_sums_to_the_errors(answers: list[tuple[int, int]]) -> None:
    """Class by class, with no row for a right answer and none that is empty."""
    found = tally([label for label, _ in answers], [given for _, given in answers])
    rows = confusion(found, small_set(), Arm.SILENCED)
    for label in range(3):
        errors = sum(row.pictures for row in rows if row.label == label)
        assert errors == found.pictures[label] - found.correct[label]
    assert all(row.pictures > 0 and row.label != row.predicted for row in rows)
    assert len({(row.label, row.predicted) for row in rows}) == len(rows)


def test_parents_of_one_neighbor_share_it() -> None:
    """Neighbor 0 is of targets 0 and 1, neighbor 1 of 1 and 2, and 0 and 2 have none in common."""
    assert sharers(small_set()) == {0: {0, 1}, 1: {0, 1, 2}, 2: {1, 2}}
    rows = confusion(tally([0, 0, 0, 2], [1, 2, 2, 1]), small_set(), Arm.SILENCED)
    assert [(row.label, row.predicted, row.pictures, row.shares_neighbor) for row in rows] == [
        (0, 1, 1, True),
        (0, 2, 2, False),
        (2, 1, 1, True),
    ]
    assert (rows[0].name, rows[0].predicted_name) == ("target 0", "target 1")
    assert share_to_sharers(rows) == pytest.approx(0.5)


def test_no_error_has_no_share() -> None:
    """Nothing went wrong, so nothing went anywhere."""
    assert share_to_sharers(confusion(tally([0, 1], [0, 1]), small_set(), Arm.SILENCED)) is None
