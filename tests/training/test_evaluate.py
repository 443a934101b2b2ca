"""Accuracy by shot, and the mask at inference."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, local
from unittest.mock import patch

import numpy as np
import pytest
import torch
from torch import nn

from storage.records import Split
from tests.training.small import small_set
from training.config import Arm, Shots
from training.evaluate import Tally, answer, by_group, evaluate, group_of, mean_accuracy, per_class
from training.feed import Batch

SHOTS = Shots(many_from=10, few_below=5)


def tally(labels: list[int], answers: list[int], confidence: float = 1.0, targets: int = 3) -> Tally:
    """Pictures of these classes with these answers, all as sure."""
    return Tally(
        np.array(labels, dtype=np.int64), np.array(answers, dtype=np.int64), np.full(len(labels), confidence), targets
    )


def test_auxiliary_rows_are_masked() -> None:
    """However sure the classifier is of an auxiliary class, the answer is a target, and so is all probability."""
    best, confidence = answer(torch.tensor([[0.0, 1.0, 9.0], [2.0, 1.0, 0.0]]), targets=2)
    assert best.tolist() == [1, 0]
    assert confidence.tolist() == pytest.approx([np.e / (1 + np.e)] * 2)


@pytest.mark.parametrize("sizes", [[7], [3, 4], [0, 7], []])
def test_every_picture_is_answered_once(sizes: list[int]) -> None:
    """However the pictures are cut into batches; the model's mode stays."""
    rng = np.random.default_rng(0)
    logits, labels = torch.from_numpy(rng.normal(size=(7, 4))), torch.from_numpy(rng.integers(0, 3, 7))

    def batches() -> Iterator[Batch]:
        start = 0
        for size in sizes:
            yield logits[start : start + size], labels[start : start + size]
            start += size

    model = nn.Identity().train()
    found = evaluate(model, batches(), 3)
    shown = sum(sizes)
    best, confidence = answer(logits[:shown], 3)
    assert found.labels.tolist() == labels[:shown].tolist()
    assert found.answers.tolist() == best.tolist()
    assert found.confidence.tolist() == confidence.tolist()
    assert model.training


@pytest.mark.parametrize(("train", "group"), [(10, "many"), (9, "medium"), (5, "medium"), (4, "few")])
def test_bounds_of_the_groups(train: int, group: str) -> None:
    """The lower bound of many belongs to it, that of few to medium."""
    assert group_of(train, SHOTS) == group


def test_the_published_bounds_are_the_default() -> None:
    """Many is more than 100 pictures, few fewer than 20."""
    assert [group_of(count, Shots()) for count in (101, 100, 20, 19)] == ["many", "medium", "medium", "few"]


def test_groups_are_unweighted_means_over_classes() -> None:
    """A class of a thousand pictures counts as much as one of four; a class without any does not count."""
    found = tally([0] * 1000 + [1] * 4, [0] * 500 + [2] * 500 + [1, 1, 1, 0])
    classes = per_class(found, small_set(train=(12, 6, 2)), SHOTS, Arm.SILENCED)
    rows = {row.group: (row.accuracy, row.classes) for row in by_group(classes, Split.TEST)}
    assert rows == {"all": (0.625, 2), "many": (0.5, 1), "medium": (0.75, 1)}
    assert mean_accuracy(found) == 0.625
    assert [(row.name, row.group, row.train) for row in classes][2] == ("target 2", "few", 2)


def test_what_several_processes_answered_is_put_together() -> None:
    """Each its share, of whatever size: all have all the answers, to the last bit of their confidence."""
    rng = np.random.default_rng(0)
    logits, labels = torch.from_numpy(rng.normal(size=(7, 4))), torch.from_numpy(rng.integers(0, 3, 7))
    here, turn, sums = local(), Barrier(3), []

    def total(values: np.ndarray) -> np.ndarray:
        sums.append(values)
        turn.wait()
        summed: np.ndarray = np.sum(sums[-3:], axis=0)
        turn.wait()
        return summed

    def one(rank: int) -> Tally:
        here.rank = rank
        batch = logits[rank::3], labels[rank::3]
        return evaluate(nn.Identity(), [batch] if rank < 2 else [], 3)

    at = "training.evaluate"
    with (
        patch(f"{at}.world", lambda: 3), patch(f"{at}.rank", lambda: here.rank), patch(f"{at}.total", total),
        ThreadPoolExecutor(3) as pool,
    ):  # fmt: skip
        tallies = list(pool.map(one, range(3)))
    order = [0, 3, 6, 1, 4]
    best, confidence = answer(logits[order], 3)
    for found in tallies:
        assert found.labels.tolist() == labels[order].tolist()
        assert found.answers.tolist() == best.tolist()
        assert found.confidence.tolist() == confidence.tolist()
