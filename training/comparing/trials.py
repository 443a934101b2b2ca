"""The runs of a comparison: every arm with every seed, each in a folder of its own, where it goes on when stopped."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from storage import filesystem
from storage.records import Split
from storage.scratch import fetch, mirror
from training.arms import added
from training.config import Arm, LossName, TrainConfig
from training.confusion import share_to_sharers
from training.data import TrainingSet, content_digest
from training.fit import Fitted, fit, identity
from training.loop import OnStep

ALONE = f"{Arm.TARGETS_ONLY} under "
"""What the name of a baseline begins with: the targets alone, and another loss."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One run: an arm under the recipe's settings with one seed, or a loss on the targets alone."""

    name: str
    arm: Arm
    config: TrainConfig


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one trial came to on the test split, in percent.

    `added` counts the pictures that an epoch adds to the targets' own, of `wanted`; `near_errors` is
    the share of the errors that went to classes sharing a neighbor, None where nothing went wrong.
    """

    name: str
    seed: int
    accuracy: dict[str, float]
    calibration_error: float
    near_errors: float | None
    added: int
    wanted: int


def trials(config: TrainConfig, arms: Sequence[Arm], losses: Sequence[LossName], seeds: int) -> Iterator[Trial]:
    """Seed by seed, from the recipe's on, so that all arms have as many when a comparison is stopped."""
    for seed in range(config.seed, config.seed + seeds):
        seeded = config.model_copy(update={"seed": seed})
        for arm in arms:
            yield Trial(arm, arm, seeded)
        for loss in losses:
            yield Trial(f"{ALONE}{loss}", Arm.TARGETS_ONLY, seeded.model_copy(update={"loss": loss}))


def folder_of(trial: Trial, data: TrainingSet, work: Path) -> Path:
    """The folder of this run and of no other: two trials that are one run share it."""
    return work / f"{trial.arm}-{trial.config.seed}-{identity(data, trial.config, trial.arm)}"


def _outcome(fitted: Fitted, trial: Trial, data: TrainingSet) -> Outcome:
    near = share_to_sharers(fitted.confused)
    return Outcome(
        trial.name, trial.config.seed, {row.group: 100 * row.accuracy for row in fitted.test},
        100 * next(row.error for row in fitted.calibration if row.split is Split.TEST),
        None if near is None else 100 * near,
        fitted.added, added(data, trial.config, Arm.UNSILENCED),
    )  # fmt: skip


def _told(data: TrainingSet, folder: Path) -> Path:
    """Where the outcome lies: errors count as near by the whole set's neighbors, which a run may not depend on."""
    return folder / f"outcome-{content_digest(data)[:16]}.json"


def held(trial: Trial, data: TrainingSet, folder: Path) -> Outcome | None:
    """What a finished run came to, under the trial's own name; None where it is not finished, or cannot be read."""
    try:
        fetch(_told(data, folder))
        return Outcome(**{**json.loads(_told(data, folder).read_text()), "name": trial.name})
    except (FileNotFoundError, json.JSONDecodeError, TypeError):  # TypeError: an older version knew other fields
        return None


def carry_out(trial: Trial, data: TrainingSet, folder: Path, on_step: OnStep) -> Outcome:
    """Train and test, or go on with it; what it came to is written down last."""
    outcome = _outcome(fit(data, trial.config, trial.arm, folder, on_step), trial, data)
    filesystem.write_bytes(str(_told(data, folder)), json.dumps(asdict(outcome)).encode())
    mirror(_told(data, folder))
    return outcome
