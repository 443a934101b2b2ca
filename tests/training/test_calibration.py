"""Laws of the expected calibration error."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records import Split
from tests.training.test_evaluate import tally
from training.calibration import BINS, calibration, expected_calibration_error
from training.config import Arm
from training.evaluate import Tally

PICTURES = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


def sure(pictures: list[tuple[float, bool]]) -> Tally:
    """Answers so sure, and right or wrong."""
    wrong = np.array([not right for _, right in pictures], dtype=np.int64)
    return Tally(np.zeros(len(wrong), dtype=np.int64), wrong, np.array([c for c, _ in pictures]), 2)


def naive(pictures: list[tuple[float, bool]]) -> float:
    """The sum as Guo et al. write it, bin after bin."""
    error = 0.0
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        inside = [(c, right) for c, right in pictures if low < c <= high or (number == 0 and c == 0)]
        if inside:
            accuracy = sum(right for _, right in inside) / len(inside)
            confidence = sum(c for c, _ in inside) / len(inside)
            error += len(inside) / len(pictures) * abs(accuracy - confidence)
    return error


@given(PICTURES)
def test_the_error_is_the_naive_one_and_a_share(pictures: list[tuple[float, bool]]) -> None:
    """Between 0 and 1, and equal to the sum written out."""
    # A bound is where two ways of rounding may differ; 0 and 1 are none.
    pictures = [(0.5 if (c * BINS) % 1 < 1e-9 and 0 < c < 1 else c, right) for c, right in pictures]
    error = expected_calibration_error(sure(pictures))
    assert error == pytest.approx(naive(pictures), abs=1e-12)
    assert 0 <= error <= 1


@given(st.integers(1, 10), st.integers(1, 30))
def test_who_is_right_as_often_as_said_has_none(right: int, repeats: int) -> None:
    """Confidence r / 10, and r of ten right."""
    pictures = [(right / 10, number < right) for number in range(10)] * repeats
    assert expected_calibration_error(sure(pictures)) == pytest.approx(0, abs=1e-12)


def test_who_is_sure_and_wrong_has_all_of_it() -> None:
    """Full confidence, and no answer right."""
    assert expected_calibration_error(tally([0, 0], [1, 2], confidence=1.0)) == 1


def test_a_split_without_pictures_has_no_row() -> None:
    """Nothing is said of nothing."""
    assert calibration(tally([], []), Arm.SILENCED, Split.TEST) == ()
    assert calibration(tally([1], [1], 0.75), Arm.SILENCED, Split.VAL)[0].error == 0.25
