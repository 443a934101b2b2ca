"""Accuracy over the target classes, by shot; the auxiliary rows of the classifier are masked."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from storage.records import Accuracy, ClassAccuracy, Split
from training.config import Arm, Shots
from training.data import Indices, TrainingSet
from training.feed import Batch

GROUPS = ("all", "many", "medium", "few")


@dataclass(frozen=True, slots=True)
class Tally:
    """Right answers and pictures of every target class, each of shape [N]."""

    correct: Indices
    pictures: Indices


def predict(logits: Tensor, targets: int) -> Tensor:
    """The best of the N target classes, [b], of logits [b, N + M]; no prior is added."""
    return logits[:, :targets].argmax(1)


@torch.no_grad()
def evaluate(model: nn.Module, batches: Iterable[Batch], targets: int, device: torch.device) -> Tally:
    """Count right answers class by class; the model is left in the mode it was found in."""
    correct, pictures = np.zeros(targets, dtype=np.int64), np.zeros(targets, dtype=np.int64)
    was_training = model.training
    model.eval()
    for inputs, labels in batches:
        right = predict(model(inputs.to(device)), targets).cpu() == labels
        correct += np.bincount(labels[right].numpy(), minlength=targets)
        pictures += np.bincount(labels.numpy(), minlength=targets)
    model.train(was_training)
    return Tally(correct, pictures)


def mean_accuracy(tally: Tally) -> float:
    """The unweighted mean of the accuracies of the classes that have pictures, in [0, 1]."""
    judged = tally.pictures > 0
    return float((tally.correct[judged] / tally.pictures[judged]).mean())


def group_of(train_count: int, shots: Shots) -> str:
    """Many, medium or few, for a class with so many training pictures."""
    if train_count >= shots.many_from:
        return "many"
    return "few" if train_count < shots.few_below else "medium"


def per_class(tally: Tally, data: TrainingSet, shots: Shots, arm: Arm) -> tuple[ClassAccuracy, ...]:
    """One row a target class."""
    counts = zip(data.train_counts.tolist(), tally.correct.tolist(), tally.pictures.tolist(), strict=True)
    return tuple(
        ClassAccuracy(arm, label, name, group_of(train, shots), train, correct, pictures)
        for label, (name, (train, correct, pictures)) in enumerate(zip(data.classes, counts, strict=True))
    )


def by_group(classes: Iterable[ClassAccuracy], split: Split) -> tuple[Accuracy, ...]:
    """One row a group that has a class with pictures in this split; classes without any count in none."""
    judged = [row for row in classes if row.pictures]
    rows = []
    for group in GROUPS:
        shares = [row.correct / row.pictures for row in judged if group in ("all", row.group)]
        if shares:
            rows.append(Accuracy(judged[0].arm, group, sum(shares) / len(shares), len(shares), split))
    return tuple(rows)
