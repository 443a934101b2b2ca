"""Processes that the train task launches: they train what one does, are heard, and are never left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path

import pytest
import safetensors.torch
import torch

from storage.errors import BadInput, ExtrapolationError, ProcessFailed
from tests.processes import have_ended, named_with, variable
from tests.small_disk import small_disk
from tests.training.launching import ENDLESS, SETTINGS, job, unheard
from tests.training.small import lines_of
from training.fit import fit
from training.job import Job
from training.launch import ended_with_block, launch
from training.recipe import training_set

PROJECT = Path(__file__).parents[2]
PATIENCE = 120.0
"""Seconds until processes have come to the point where they are ended."""

PLAIN: dict[str, object] = {"steps": 60, "evaluate_every": 20, "dropout": 0.0, "mixup": 0.0}
"""Settings without noise, of which one process has other than two."""


def of(job: Job) -> list[int]:
    """The ids of torchrun and the processes that do the job."""
    return named_with(str(job.folder / "processes"))


def process(job: Job, number: int) -> int:
    """The id of the process of this number."""
    return next(pid for pid in of(job) if variable(pid, "RANK") == str(number))


def torchrun(job: Job) -> int:
    """The id of what has started the processes."""
    return next(pid for pid in of(job) if variable(pid, "RANK") is None)


def wait_for_checkpoint(job: Job) -> None:
    """Return when the run that is under way could be resumed."""
    end = time.monotonic() + PATIENCE
    while not (job.folder / "last.pt").exists():
        assert time.monotonic() < end, "it never came to its first checkpoint"
        time.sleep(0.05)


def refused(job: Job) -> ExtrapolationError:
    """The error that stops the job."""
    with pytest.raises(ExtrapolationError) as caught:
        launch(job, 2, unheard)
    return caught.value


def test_two_launched_processes_train_what_one_does(tmp_path: Path) -> None:
    """Every look is heard as it is logged of one process; the run that they leave is finished, and judged as it is."""
    given, heard, steps = job(tmp_path, "run", **PLAIN), list[tuple[int, str]](), list[int]()
    launch(given, 2, lambda process, line: heard.append((process, line)))
    assert [process for process, _ in heard] == [0, 0, 0]
    assert [line.partition(", loss")[0] for _, line in heard] == [
        f"train silenced: step {step} of 60" for step in (20, 40, 60)
    ]
    data = training_set(given.stages, given.train.mode)
    judged = fit(data, given.train, given.arm, given.folder, lambda step, *_: steps.append(step))
    alone = fit(data, given.train, given.arm, tmp_path / "alone")
    assert not steps, "the run was not finished"
    assert (judged.val, judged.test, judged.best_step) == (alone.val, alone.test, alone.best_step)
    one, two = (safetensors.torch.load_file(fitted.checkpoint) for fitted in (alone, judged))
    torch.testing.assert_close(two, one, rtol=0, atol=1e-6)
    assert not of(given)


def killing(job: Job, whom: Callable[[Job], int], pids: list[int]) -> Callable[[int, str], None]:
    """A listener that kills somebody after the first look, when a checkpoint is there."""

    def heard(_process: int, _line: str) -> None:
        if not pids:
            wait_for_checkpoint(job)
            pids.extend(of(job))
            os.kill(whom(job), signal.SIGKILL)

    return heard


@pytest.mark.slow  # three runs of two processes
def test_a_killed_process_ends_the_others_and_the_run_goes_on_bit_for_bit(tmp_path: Path) -> None:
    """The error names it; launched again, they go on from the checkpoint and end as if nothing had been."""
    broken, whole, pids, heard = job(tmp_path, "broken"), job(tmp_path, "whole"), list[int](), list[str]()
    with pytest.raises(ProcessFailed, match="process 1 of 2, training silenced, was killed by SIGKILL"):
        launch(broken, 2, killing(broken, lambda job: process(job, 1), pids))
    assert len(pids) == 3
    assert all(map(have_ended, pids))
    assert not (broken.folder / "best.safetensors").exists(), "it came too late"
    launch(broken, 2, lambda _, line: heard.append(line))
    launch(whole, 2, unheard)
    assert int(heard[0].split()[3]) > SETTINGS.save_every
    weights, logs = [], []
    for folder in (broken.folder, whole.folder):
        weights.append((folder / "best.safetensors").read_bytes())
        logs.append(lines_of(folder / "metrics.jsonl"))
    assert weights[0] == weights[1]
    assert logs[0] == logs[1]


@pytest.mark.slow  # a run of two processes
def test_a_killed_torchrun_leaves_none_of_its_processes(tmp_path: Path) -> None:
    """They hang on it, as it hangs on the launching process; the error says that it is gone."""
    given, pids = job(tmp_path, steps=ENDLESS), list[int]()
    with pytest.raises(ProcessFailed, match="torchrun with its 2 processes, training silenced, was killed by SIGKILL"):
        launch(given, 2, killing(given, torchrun, pids))
    assert len(pids) == 3
    assert all(map(have_ended, pids))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.slow  # a run of two processes
def test_a_launcher_that_is_killed_leaves_no_process(tmp_path: Path, number: signal.Signals) -> None:
    """Whatever it is killed by, torchrun and both processes end by themselves."""
    given = job(tmp_path)
    command = [sys.executable, "-m", "tests.training.launching", str(tmp_path)]
    with subprocess.Popen(command, cwd=PROJECT) as launcher:
        wait_for_checkpoint(given)
        pids = of(given)
        launcher.send_signal(number)
    assert len(pids) == 3
    assert all(map(have_ended, pids))


@pytest.mark.slow  # a run of two processes
def test_a_block_that_is_left_ends_what_its_threads_have_launched(tmp_path: Path) -> None:
    """As a cancelled flow run leaves it: the thread that waits for them is free at once."""
    given, errors = job(tmp_path, steps=ENDLESS), list[ExtrapolationError]()
    with ended_with_block():
        context = copy_context()
        waiting = threading.Thread(target=lambda: context.run(lambda: errors.append(refused(given))))
        waiting.start()
        wait_for_checkpoint(given)
        pids = of(given)
    waiting.join(10)
    assert [type(error) for error in errors] == [ProcessFailed]
    assert len(pids) == 3
    assert all(map(have_ended, pids))


@pytest.mark.slow  # two runs of two processes
def test_an_error_of_a_process_is_raised_as_it_was(tmp_path: Path) -> None:
    """Ours with its kind, its words and its mend; any other with the last words of who met it."""
    error = refused(job(tmp_path, "uneven", batch_size=5))
    assert type(error) is BadInput
    assert "train.batch_size 5 cannot be shared evenly by 2 processes" in error.problem
    assert error.mend == "set train.batch_size to a multiple of 2, such as 6"
    blocked = job(tmp_path, "blocked")
    (blocked.folder / "metrics.jsonl").mkdir(parents=True)
    error = refused(blocked)
    assert type(error) is ProcessFailed
    assert error.problem.startswith("process 0 of 2, training silenced, ended with exit code 1; its last words:")
    assert "IsADirectoryError" in error.problem


FILLING = """
import sys, threading, time
from pathlib import Path
from storage.errors import ExtrapolationError
from tests.training.launching import ENDLESS, job, unheard
from training.launch import launch
root = Path(sys.argv[1])
given = job(root, steps=ENDLESS, save_every=20, evaluate_every=20)
def fill():
    while not (given.folder / "last.pt").exists():
        time.sleep(0.05)
    with open(root / "ballast", "wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            pass
threading.Thread(target=fill, daemon=True).start()
try:
    launch(given, 2, unheard)
except ExtrapolationError as error:
    print(f"{type(error).__name__}: {error}")
"""


@pytest.mark.slow  # a run of two processes
def test_a_disk_that_is_full_is_told_by_the_process_that_met_it(tmp_path: Path) -> None:
    """Though what the processes write about themselves would find no space there either."""
    with small_disk(tmp_path / "disk", "24m") as disk:
        command = disk.inside([sys.executable, "-c", FILLING, str(disk.path)])
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=3 * PATIENCE)
    assert done.stdout.startswith(f"DiskFull: no space left on the disk of {disk.path}/run/"), done.stderr
    assert "python -m flows.retention" in done.stdout


def test_nothing_is_launched_once_a_block_is_left(tmp_path: Path) -> None:
    """As the next arm of a cancelled run would be, which its thread takes up before the flow has ended."""
    given = job(tmp_path, steps=ENDLESS)
    with ended_with_block():
        context = copy_context()
    assert "ended before torchrun was started" in context.run(lambda: refused(given)).problem
    assert not of(given)
