"""What two processes of a test do, each started with torchrun's variables: `-m tests.training.together FOLDER PORT`."""

import os
import shutil
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch._dynamo  # imported by every optimizer's first step anyway: once, before the fork, instead of twice
from torch import nn

from tests.training.small import QUICK, small_set
from training.config import Arm
from training.data import Examples, TrainingSet
from training.fit import fit
from training.loop import OnStep
from training.processes import average_buffers, joined, rank, share, total, world

RUNS = {
    "plain": QUICK,
    "accumulated": QUICK.model_copy(update={"accumulate": 2, "ema": 0.8, "clip_norm": 0.5}),
    "head first": QUICK.model_copy(update={"head_steps": 12, "accumulate": 2, "weight_decay": 0.5}),
}
NOISY = QUICK.model_copy(
    update={"dropout": 0.5, "input_dropout": 0.2, "mixup": 0.4, "label_smoothing": 0.1, "accumulate": 2, "ema": 0.8}
)
KILLED_AT, CHECKPOINT = 15, 10


def uneven_set() -> TrainingSet:
    """The small set, with 11 pictures to judge by: more for one process than for the other."""
    data = small_set()
    return replace(data, val=_all_but_one(data.val), test=_all_but_one(data.test))


def _all_but_one(examples: Examples) -> Examples:
    return Examples(examples.inputs[1:], examples.labels[1:])


def _copying(folder: Path, to: Path) -> OnStep:
    """A callback that keeps what lies in the folder half-way, when the checkpoint of step 10 is the last."""

    def on_step(step: int, _total: int, _metrics: Mapping[str, float]) -> None:
        if step == KILLED_AT and not to.exists():
            shutil.copytree(folder, to)

    return on_step


def _killing() -> OnStep:
    """A callback that kills both processes, without a word to either."""
    pids = np.zeros(world(), dtype=np.int64)
    pids[rank()] = os.getpid()
    others_first = sorted(total(pids).tolist(), key=lambda pid: pid == os.getpid())

    def on_step(step: int, _total: int, _metrics: Mapping[str, float]) -> None:
        if step == KILLED_AT:
            for pid in others_first:
                os.kill(pid, signal.SIGKILL)

    return on_step


def _be_killed(folder: Path) -> None:
    """Train in a child, which costs no second import of torch, until it is killed."""
    if (child := os.fork()) == 0:
        with joined("cpu"):
            fit(small_set(), NOISY, Arm.SILENCED, folder, _killing())
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


def seen() -> nn.Module:
    """A batch norm that has seen this process's share of eight rows."""
    norm = nn.BatchNorm1d(3)
    norm(torch.arange(24.0).reshape(8, 3)[share()])
    return norm


def _side_by_side(folder: Path) -> None:
    for name, config in RUNS.items():
        held = folder / name
        fitted = fit(uneven_set(), config, Arm.SILENCED, held, _copying(held, folder / f"half {name}"))
        if rank() == 0:
            (folder / f"{name}.txt").write_text(repr((fitted.val, fitted.test, fitted.classes, fitted.best_step)))
    norm = seen()
    average_buffers(norm)
    torch.save(norm.state_dict(), folder / f"statistics {rank()}.pt")


def main(folder: Path, port: int) -> None:
    """Be killed once, go on, and train what the tests compare."""
    _be_killed(folder / "killed")
    os.environ["MASTER_PORT"] = str(port)  # the dead may still hold the first
    with joined("cpu"):
        for name in ("killed", "whole"):
            fit(small_set(), NOISY, Arm.SILENCED, folder / name)
        _side_by_side(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
