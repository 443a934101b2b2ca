"""Train on one label set and judge at the coarse level; what imbalance costs is balanced minus imbalanced."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.granularity.hierarchy import Hierarchy
from benchmarks.granularity.labels import LabelSet, class_mean, coarse_predictions, merged
from benchmarks.granularity.tail import drawn_pair
from benchmarks.trained import folder_of
from training.config import Arm, TrainConfig
from training.data import Examples, Indices, TrainingSet, as_edges
from training.fit import learned

LOSSES = {"cross-entropy": 0.0, "balanced cross-entropy": 1.0}
"""The weight of the log prior by loss."""

PER_CLASS = (1, 2, 4)
"""Labels of a coarse class, each a divisor of the number of its fine classes."""

GROUPS = ("all", "rare")
"""All coarse classes, and the third of them that has the fewest pictures in the imbalanced set."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a corpus is run; `per_class` are labels of a coarse class, the coarsest label set first."""

    steps: int
    seeds: Sequence[int]
    losses: Sequence[str] = tuple(LOSSES)
    per_class: Sequence[int] = PER_CLASS


@dataclass(frozen=True, slots=True)
class Score:
    """Coarse test accuracy by group, in percent, on both training sets, of one loss, granularity and seed."""

    loss: str
    per_class: int
    labels: int
    balanced: Mapping[str, float]
    imbalanced: Mapping[str, float]

    def drop(self, group: str) -> float:
        """What imbalance costs, in points."""
        return self.balanced[group] - self.imbalanced[group]


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


def coarse_accuracy(
    data: TrainingSet, labels: LabelSet, rarest: Indices, config: TrainConfig, folder: Path
) -> dict[str, float]:
    """Train to the last step, or go on from where a run of the same was killed, and judge by coarse classes."""
    at = folder_of(folder, data, config, Arm.TARGETS_ONLY)
    with learned(data, config, Arm.TARGETS_ONLY, at) as (run, _):
        run.network.eval()
        batches = run.feed.evaluation(data.test)
        logits = [run.network(inputs).detach().cpu().numpy() for inputs, _ in batches]
    predicted, truth = coarse_predictions(np.concatenate(logits), labels), labels.coarse[data.test.labels]
    groups = dict(zip(GROUPS, (np.unique(labels.coarse), rarest), strict=True))
    return {group: class_mean(predicted, truth, classes) for group, classes in groups.items()}


def score(at: Hierarchy, steps: int, folder: Path, loss: str, per_class: int) -> Score:
    """One loss at one granularity on both training sets, which share start, order and what pictures they can."""
    told = {"steps": steps, "evaluate_every": steps, "seed": at.tail.seed, "tau": LOSSES[loss]}
    labels = merged(at.coarse, per_class, np.random.default_rng([at.tail.seed, per_class]))
    config = at.train.model_copy(update=told)
    reached = {
        name: coarse_accuracy(training_set(at, labels, drawn), labels, at.rarest, config, folder)
        for name, drawn in drawn_pair(at.pool.labels, at.coarse, at.counts, at.tail.seed).items()
    }
    return Score(loss, per_class, len(labels), **reached)


Mapped = Callable[[Callable[[str, int], Score], Sequence[str], Sequence[int]], Iterator[Score]]
"""What calls a function on two lists: `map`, or that of a pool of processes."""


def run_seed(at: Hierarchy, plan: Plan, folder: Path, mapped: Mapped = map) -> Iterator[Score]:
    """Every loss of the plan at every granularity."""
    losses, per_class = zip(*itertools.product(plan.losses, plan.per_class), strict=True)
    return mapped(partial(score, at, plan.steps, folder), losses, per_class)
