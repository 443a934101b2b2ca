"""What is lost may be told, up to a bound."""

import pytest

from storage.errors import TooMuchLost
from storage.records import AnswerReason, Spend, Unanswered
from tasks.neighbors.proposed import Proposed, check_answered


def test_too_many_classes_without_an_answer_stop_the_stage() -> None:
    """The bound is a share of the classes; the error gives the first reason."""
    lost = [Unanswered(label, AnswerReason.REFUSED, "no") for label in range(3)]
    check_answered(10, lost, 0.3)
    with pytest.raises(TooMuchLost, match=r"3 of 9 classes .* label 0: refused, no") as stopped:
        check_answered(9, lost, 0.3)
    assert "neighbors.most_unanswered" in stopped.value.mend


def test_nothing_lost_is_within_any_bound() -> None:
    """No class at all, and a bound of nought."""
    check_answered(0, [], 0)
    check_answered(5, [], 0)


def test_tokens_are_summed() -> None:
    """Of questions and answers, over all classes."""
    assert Proposed((), spend=(Spend(0, 1, 100, 20), Spend(1, 2, 200, 40))).tokens == 360
    assert Proposed(()).tokens == 0
