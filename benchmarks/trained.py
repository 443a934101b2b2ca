"""Where a benchmark's trainings lie."""

from pathlib import Path

from training.config import Arm, TrainConfig
from training.data import TrainingSet
from training.fit import identity


def folder_of(work: Path, data: TrainingSet, config: TrainConfig, arm: Arm) -> Path:
    """A folder by what is trained: a killed benchmark goes on, and what two settings share is trained once."""
    return work / identity(data, config, arm)[:16]
