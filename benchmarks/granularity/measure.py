"""Train on one label set and judge at the coarse level; what imbalance costs is balanced minus imbalanced."""

import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.granularity.hierarchy import Hierarchy
from benchmarks.granularity.labels import LabelSet, class_mean, coarse_predictions, merged
from benchmarks.granularity.tail import drawn_pair
from benchmarks.worlds import mean
from training.config import Arm, TrainConfig
from training.data import Examples, Indices, TrainingSet, as_edges
from training.fit import learn

LOSSES = {"cross-entropy": 0.0, "balanced cross-entropy": 1.0}
"""The weight of the log prior by loss."""

GROUPS = (1, 2, 4)
"""Labels of a coarse class, as many as it has at most."""


@dataclass(frozen=True, slots=True)
class Score:
    """Coarse test accuracy in percent on both training sets, of one loss, granularity and seed."""

    loss: str
    per_class: int
    labels: int
    balanced: float
    imbalanced: float


def training_set(at: Hierarchy, labels: LabelSet, pictures: Indices) -> TrainingSet:
    """The drawn pictures under these labels.

    Validation is the training set itself: only the last step is judged, and nothing is chosen on it.
    """
    train = Examples(at.pool.inputs[pictures], labels.of_fine[at.pool.labels[pictures]])
    return TrainingSet(
        classes=tuple(f"label {place}" for place in range(len(labels))), auxiliaries=(), edges=as_edges([]),
        train=train, val=train, test=Examples(at.test.inputs, labels.of_fine[at.test.labels]),
        auxiliary=Examples(at.pool.inputs[:0], at.pool.labels[:0]),
    )  # fmt: skip


def coarse_accuracy(data: TrainingSet, labels: LabelSet, config: TrainConfig) -> float:
    """Train to the last step, and judge the test split by coarse classes."""
    with tempfile.TemporaryDirectory() as folder:
        run, _ = learn(data, config, Arm.TARGETS_ONLY, Path(folder))
    run.network.eval()
    batches = run.feed.evaluation(data.test)
    logits = [run.network(inputs.to(run.device)).detach().cpu().numpy() for inputs, _ in batches]
    predicted = coarse_predictions(np.concatenate(logits), labels)
    return class_mean(predicted, labels.coarse[data.test.labels])


def run_seed(at: Hierarchy, steps: int, losses: Sequence[str], say: Callable[[str], None]) -> Iterator[Score]:
    """Every loss at every granularity on both training sets; all share pictures, start and order."""
    pictures = drawn_pair(at.pool.labels, at.coarse, at.tail)
    shared = at.train.model_copy(update={"steps": steps, "evaluate_every": steps, "seed": at.tail.seed})
    for loss, groups in itertools.product(losses, GROUPS):
        labels = merged(at.coarse, groups, np.random.default_rng([at.tail.seed, groups]))
        config = shared.model_copy(update={"tau": LOSSES[loss]})
        reached = {
            name: coarse_accuracy(training_set(at, labels, drawn), labels, config) for name, drawn in pictures.items()
        }
        say(f"{loss}, {len(labels)} labels: {reached['balanced']:.1f} -> {reached['imbalanced']:.1f}")
        yield Score(loss, groups, len(labels), **reached)


Row = dict[str, str | float]


def summarize(scores: Sequence[Score]) -> list[Row]:
    """Means over the seeds with standard errors, by loss and granularity; the drop is taken seed by seed."""
    rows = []
    for loss, groups in dict.fromkeys((score.loss, score.per_class) for score in scores):
        held = [score for score in scores if (score.loss, score.per_class) == (loss, groups)]
        row: Row = {"loss": loss, "per_class": groups, "labels": round(mean([score.labels for score in held])[0], 1)}
        balanced, imbalanced = [score.balanced for score in held], [score.imbalanced for score in held]
        drops = [before - after for before, after in zip(balanced, imbalanced, strict=True)]
        for name, values in {"balanced": balanced, "imbalanced": imbalanced, "drop": drops}.items():
            average, error = mean(values)
            row |= {name: round(average, 2), f"{name}_se": round(error, 2)}
        rows.append(row)
    return rows
