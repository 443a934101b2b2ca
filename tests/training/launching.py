"""A job on drawn pictures, and a starter of it that a test can kill: `-m tests.training.launching FOLDER`."""

import sys
from pathlib import Path

from tests.training.stages import finished_stages
from training.config import Arm, TrainConfig
from training.job import Job
from training.launch import launch
from training.recipe import Finished

SETTINGS = TrainConfig(
    batch_size=4, hidden=4, dropout=0.5, mixup=0.4, ema=0.8, device="cpu",
    steps=400, evaluate_every=50, log_every=50, save_every=50,
)  # fmt: skip
ENDLESS = 1_000_000


def job(root: Path, run: str = "run", **other: object) -> Job:
    """One on stages below the root, which trains in a folder beside them, with other settings than SETTINGS."""
    stages = finished_stages(root)
    finished = Finished(stages.targets, stages.target_vectors, stages.shards, stages.candidate_vectors)
    return Job(arm=Arm.SILENCED, train=SETTINGS.model_copy(update=other), stages=finished, folder=root / run)


def unheard(process: int, line: str) -> None:
    """Tell nobody what the processes say."""


def main() -> None:
    """Train by two processes, until this one is killed."""
    launch(job(Path(sys.argv[1]), steps=ENDLESS), 2, unheard)


if __name__ == "__main__":
    main()
