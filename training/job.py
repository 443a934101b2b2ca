"""One of several processes that train an arm together: torchrun starts `python -m training.job JOB.json` for each.

A job is a file, and so is all that comes of it: whoever has started it reads the weights where `training.fit`
would look for them, and judges them itself.
"""

import json
import os
import sys
import time
from pathlib import Path

from storage import filesystem
from storage.errors import ExtrapolationError
from storage.section import Section
from training.config import Arm, TrainConfig
from training.lifeline import end_at_once, end_with_starter
from training.metrics import Metrics
from training.recipe import Finished, training_set

ERROR_FILE = "TORCHELASTIC_ERROR_FILE"
"""The variable in which torchrun names the file that it reads a process's error from."""


class Job(Section):
    """What each process is told: an arm, its settings, the finished stages, and the folder of its run."""

    arm: Arm
    train: TrainConfig
    stages: Finished
    folder: Path


def said(arm: Arm, step: int, steps: int, metrics: Metrics) -> str | None:
    """The line about a look at validation; None between two looks, whose lines are in metrics.jsonl alone."""
    if "val_accuracy" not in metrics:
        return None
    loss, accuracy = metrics["loss"], 100 * metrics["val_accuracy"]
    return f"train {arm}: step {step} of {steps}, loss {loss:.3g}, {accuracy:.1f}% on validation"


def _train(job: Job) -> None:
    from training.fit import learned  # torch is heavy, and the lifeline holds while it is loaded
    from training.processes import joined

    def tell(step: int, steps: int, metrics: Metrics) -> None:
        if line := said(job.arm, step, steps, metrics):
            sys.stdout.write(f"{line}\n")

    data = training_set(job.stages, job.train.mode)
    with joined(job.train.device) as device:
        config = job.train.model_copy(update={"device": str(device)})
        with learned(data, config, job.arm, job.folder, tell):
            pass  # whoever has started the job judges what it leaves


def _record(error: ExtrapolationError) -> None:
    """Leave the error where torchrun finds it; `message` and `timestamp` are the names that it looks for."""
    told = {"message": str(error), "timestamp": int(time.time())}
    own = {"kind": type(error).__name__, "problem": error.problem, "mend": error.mend}
    if path := os.environ.get(ERROR_FILE):
        filesystem.write_bytes(path, json.dumps(told | own).encode())


def main() -> None:
    """Train as the job says; an error that stops it exits with 1."""
    end_with_starter()
    job = Job.model_validate_json(Path(sys.argv[1]).read_bytes())
    try:
        _train(job)
    except ExtrapolationError as error:
        _record(error)
        sys.exit(f"{type(error).__name__}: {error}")
    end_at_once()


if __name__ == "__main__":
    main()
