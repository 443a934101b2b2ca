"""What the charts of the training view draw: curves, every class, and the groups with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from storage.records import ClassAccuracy
from tasks.report.page import GROUPS, Training
from tasks.report.site.scripts import columns

NORMAL_95 = 1.96
"""Standard errors to either side within which a normal mean lies 19 times of 20."""


@dataclass(frozen=True, slots=True)
class Group:
    """One arm's accuracy over one group, [0, 1], with a 95% interval over other test pictures of the same classes."""

    arm: str
    group: str
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OneClass:
    """One arm's accuracy, [0, 1], on one class with `train` training and `pictures` test pictures."""

    arm: str
    name: str
    group: str
    train: int
    accuracy: float
    pictures: int


def half_width(rows: Sequence[ClassAccuracy]) -> float:
    """Half of the interval of a mean of class accuracies, each a share of that class's pictures.

    The variance of a share is told with one right and one wrong answer more, so that a class of few pictures, all of
    them right, is not taken for certain. Other seeds of training are no part of it.
    """
    variances = []
    for row in rows:
        share = (row.correct + 1) / (row.pictures + 2)
        variances.append(share * (1 - share) / row.pictures)
    return NORMAL_95 * sqrt(sum(variances)) / len(rows) if rows else 0.0


def groups(training: Training, classes: Sequence[ClassAccuracy]) -> list[Group]:
    """Every arm's accuracy over every group that it has; without rows of classes an interval is a point."""
    found = []
    for arm in training.arms:
        own = [row for row in classes if row.arm == arm.name and row.pictures]
        for group, score in zip(GROUPS, arm.scores, strict=True):
            if score is not None:
                half = half_width([row for row in own if group in ("all", row.group)])
                low, high = max(0.0, score.accuracy - half), min(1.0, score.accuracy + half)
                found.append(Group(arm.name, group, score.accuracy, low, high))
    return found


def drawn(training: Training, classes: Sequence[ClassAccuracy]) -> dict[str, Any]:
    """The data of the view's charts."""
    each = [
        OneClass(row.arm, row.name, row.group, row.train, row.correct / row.pictures, row.pictures)
        for row in classes
        if row.pictures
    ]
    return {
        "arms": [arm.name for arm in training.arms], "groups": columns(groups(training, classes), Group),
        "classes": columns(each, OneClass),
        "curves": [{"arm": curve.arm, "points": curve.points} for curve in training.curves],
    }  # fmt: skip
