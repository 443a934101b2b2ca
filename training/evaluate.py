"""Accuracy over the target classes, by shot; the auxiliary rows of the classifier are masked."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from storage.records import Accuracy, ClassAccuracy, Split
from training.config import Arm, Shots
from training.data import Indices, TrainingSet
from training.feed import Batch
from training.processes import rank, total, world

GROUPS = ("all", "many", "medium", "few")


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of every picture: its class and the answer among `targets` classes, and the answer's probability."""

    labels: Indices
    answers: Indices
    confidence: NDArray[np.float64]
    targets: int

    @property
    def correct(self) -> Indices:
        """Right answers of every target class, of shape [N]."""
        return np.bincount(self.labels[self.answers == self.labels], minlength=self.targets)

    @property
    def pictures(self) -> Indices:
        """Pictures of every target class, of shape [N]."""
        return np.bincount(self.labels, minlength=self.targets)


def answer(logits: Tensor, targets: int) -> tuple[Tensor, Tensor]:
    """The best of the N target classes and its probability among them, each [b], of logits [b, N + M]; no prior."""
    judged = logits[:, :targets]
    best = judged.argmax(1)
    return best, judged.double().softmax(1).gather(1, best[:, None]).squeeze(1)


def gathered(values: Indices) -> Indices:
    """The columns [k, n] that all processes hold, one after the other: sums of rows in which each has its own place."""
    lengths = np.zeros(world(), dtype=np.int64)
    lengths[rank()] = values.shape[1]
    ends = total(lengths).cumsum()
    row = np.zeros((len(values), ends[-1]), dtype=np.int64)
    row[:, ends[rank()] - values.shape[1] : ends[rank()]] = values
    return total(row)


@torch.no_grad()
def evaluate(model: nn.Module, batches: Iterable[Batch], targets: int) -> Tally:
    """Answer the pictures of all processes, of which each sees its share; the model's mode is left as it was found.

    In float32, whatever the run was trained in: so answers are those of the network that is taken away.
    """
    rows = []
    was_training = model.training
    model.eval()
    for inputs, labels in batches:
        best, confidence = answer(model(inputs), targets)
        # As bits, which sums with zeros leave alone: what processes exchange are integers.
        rows.append(torch.stack([labels, best, confidence.view(torch.int64)]))
    model.train(was_training)
    # Only now to the CPU, so that a GPU never waits for the next batch to be handed to it.
    own = torch.cat(rows, 1).cpu().numpy() if rows else np.empty((3, 0), dtype=np.int64)
    labels_of_all, answers, bits_of_all = gathered(own)
    return Tally(labels_of_all, answers, bits_of_all.view(np.float64), targets)


def mean_accuracy(tally: Tally) -> float:
    """The unweighted mean of the accuracies of the classes that have pictures, in [0, 1]."""
    pictures = tally.pictures
    judged = pictures > 0
    return float((tally.correct[judged] / pictures[judged]).mean())


def group_of(train_count: int, shots: Shots) -> str:
    """Many, medium or few, for a class with so many training pictures."""
    if train_count >= shots.many_from:
        return "many"
    return "few" if train_count < shots.few_below else "medium"


def per_class(tally: Tally, data: TrainingSet, shots: Shots, arm: Arm) -> tuple[ClassAccuracy, ...]:
    """One row a target class, its group by the training pictures that it has in `data`."""
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
