"""What the charts of training draw."""

import pytest

from storage.records import ClassAccuracy
from tasks.report.page import Arm, Curve, Score, Training
from tasks.report.site.accuracies import drawn, groups, half_width


def _class(name: str, group: str, correct: int, pictures: int) -> ClassAccuracy:
    return ClassAccuracy("silenced", 0, name, group, 3, correct, pictures)


def _training(*scores: Score | None) -> Training:
    return Training("test", (Arm("silenced", scores),), (2, 0, 0, 1), None, (), (Curve("silenced", ((5, 0.5),)),), None)


def test_an_interval_is_that_of_a_mean_of_shares() -> None:
    """Two classes of 98 pictures, half of them right: standard errors of a share each, halved by the square root."""
    rows = [_class("a", "few", 49, 98), _class("b", "few", 49, 98)]
    assert half_width(rows) == pytest.approx(1.96 * (0.25 / 98) ** 0.5 / 2**0.5)
    assert half_width([]) == 0.0


def test_a_class_that_is_all_right_is_not_certain() -> None:
    """Three of three says little, three hundred of three hundred much."""
    few, many = (half_width([_class("a", "few", count, count)]) for count in (3, 300))
    assert few > 0.3
    assert 0 < many < 0.01


def test_groups_have_the_intervals_of_their_own_classes() -> None:
    """All of them under "all"; a group without a score is left out; no interval leaves [0, 1]."""
    rows = [_class("a", "many", 50, 100), _class("b", "few", 2, 2)]
    told = groups(_training(Score(0.75, True), Score(0.5, True), None, Score(1.0, True)), rows)
    assert [(one.group, one.accuracy) for one in told] == [("all", 0.75), ("many", 0.5), ("few", 1.0)]
    by_name = {one.group: one for one in told}
    assert by_name["many"].high - 0.5 == pytest.approx(half_width(rows[:1]))
    assert by_name["few"].high == 1.0
    assert by_name["few"].low == pytest.approx(1 - half_width(rows[1:]))
    assert 0.75 - by_name["all"].low == pytest.approx(half_width(rows))


def test_a_class_without_test_pictures_has_no_mark() -> None:
    """Its accuracy is no number."""
    data = drawn(_training(Score(0.5, True), None, None, None), [_class("a", "few", 1, 2), _class("b", "few", 0, 0)])
    assert data["classes"]["name"] == ["a"]
    assert data["classes"]["accuracy"] == [0.5]
    assert data["curves"] == [{"arm": "silenced", "points": ((5, 0.5),)}]
