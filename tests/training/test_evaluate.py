"""Accuracy by shot, and the mask at inference."""

import numpy as np
import pytest
import torch

from storage.records import Split
from tests.training.small import small_set
from training.config import Arm, Shots
from training.evaluate import Tally, by_group, group_of, mean_accuracy, per_class, predict

SHOTS = Shots(many_from=10, few_below=5)


def test_auxiliary_rows_are_masked() -> None:
    """However sure the classifier is of an auxiliary class, the answer is a target."""
    logits = torch.tensor([[0.0, 1.0, 9.0], [2.0, 1.0, 0.0]])
    assert predict(logits, targets=2).tolist() == [1, 0]


@pytest.mark.parametrize(("train", "group"), [(10, "many"), (9, "medium"), (5, "medium"), (4, "few")])
def test_bounds_of_the_groups(train: int, group: str) -> None:
    """The lower bound of many belongs to it, that of few to medium."""
    assert group_of(train, SHOTS) == group


def test_the_published_bounds_are_the_default() -> None:
    """Many is more than 100 pictures, few fewer than 20."""
    assert [group_of(count, Shots()) for count in (101, 100, 20, 19)] == ["many", "medium", "medium", "few"]


def test_groups_are_unweighted_means_over_classes() -> None:
    """A class of a thousand pictures counts as much as one of four; a class without any does not count."""
    tally = Tally(correct=np.array([500, 3, 0]), pictures=np.array([1000, 4, 0]))
    classes = per_class(tally, small_set(train=(12, 6, 2)), SHOTS, Arm.SILENCED)
    rows = {row.group: (row.accuracy, row.classes) for row in by_group(classes, Split.TEST)}
    assert rows == {"all": (0.625, 2), "many": (0.5, 1), "medium": (0.75, 1)}
    assert mean_accuracy(tally) == 0.625
    assert [(row.name, row.group, row.train) for row in classes][2] == ("target 2", "few", 2)
