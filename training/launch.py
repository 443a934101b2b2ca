"""Several processes on this machine train one arm: torchrun is started, listened to, and never left behind."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from signal import Signals
from threading import Lock

from storage import filesystem
from storage.errors import ExtrapolationError, ProcessFailed
from training.job import Job
from training.lifeline import as_starter
from training.torchrun import Failure

PROJECT = Path(__file__).parents[1]
LAST_WORDS = 8
"""Lines of the process that failed which its error repeats."""

AGAIN = "run it again: it goes on from its last checkpoint"
LOGS = "logs"
OF_PROCESS = re.compile(r"\[process(\d+)\]:(.*)")
OF_TORCHRUN = -1

Heard = Callable[[int, str], None]
"""Told a line, and which process says it."""


class _Block:
    """What has been started within a block; once that is left, nothing more is."""

    def __init__(self) -> None:
        self._lock, self._started, self._left = Lock(), list[subprocess.Popen[str]](), False

    def start(self, command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
        """Start a torchrun; raises ProcessFailed where the block was left before."""
        with self._lock:
            if self._left:
                raise ProcessFailed("the run was ended before torchrun was started", AGAIN)
            torchrun = subprocess.Popen(  # noqa: S603  # ourselves
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env=environment, text=True, errors="replace",
                start_new_session=True,  # a Ctrl-C is this process's affair alone
            )  # fmt: skip
            self._started.append(torchrun)
            return torchrun

    def leave(self) -> None:
        """End all of them."""
        with self._lock:
            self._left = True
            for torchrun in self._started:
                torchrun.kill()


_BLOCK: ContextVar[_Block] = ContextVar("_BLOCK")


def _command(job: Path, failure: Path, logs: Path, processes: int) -> list[str]:
    # Each process writes into files, which torchrun follows: so lines are whole, and it is known who says them.
    options = ["--standalone", "--local-addr", "localhost", "--nproc-per-node", str(processes)]
    options += ["--role", "process", "--tee", "3", "--log-dir", str(logs)]
    return [sys.executable, "-m", "training.torchrun", str(failure), *options, "-m", "training.job", str(job)]


def _environment(processes: int) -> dict[str, str]:
    """That of this process, in which the project is found from any folder, and the cores are shared out."""
    paths = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    threads = max(1, len(os.sched_getaffinity(0)) // processes)
    return {"OMP_NUM_THREADS": str(threads), **os.environ, **as_starter(), "PYTHONPATH": os.pathsep.join(paths)}


@contextmanager
def _started(command: list[str], processes: int) -> Iterator[subprocess.Popen[str]]:
    """A torchrun that does not outlive the block, nor this process, and its processes not it."""
    with _BLOCK.get(_Block()).start(command, _environment(processes)) as torchrun:
        try:
            yield torchrun
            torchrun.wait()
        finally:
            torchrun.kill()  # where the block was left before it had ended


@contextmanager
def ended_with_block() -> Iterator[None]:
    """What threads that copy this context launch ends with the block, and none of them launches anything after it."""
    block = _Block()
    token = _BLOCK.set(block)
    try:
        yield
    finally:
        block.leave()
        _BLOCK.reset(token)


def _how(code: int, words: Iterable[str]) -> str:
    end = f"was killed by {Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    return f"{end}; its last words: " + ("\n".join(words) or "none")


def _of_torchrun(job: Job, processes: int, code: int, words: Iterable[str]) -> ProcessFailed:
    who = f"torchrun with its {processes} processes, training {job.arm},"
    return ProcessFailed(f"{who} {_how(code, words)}", f"{AGAIN}; a run that is cancelled ends like this")


def _of_process(job: Job, processes: int, failure: Failure, words: Iterable[str]) -> ExtrapolationError:
    """An error of ours as the process has raised it, or how it has ended."""
    if known := failure.known:
        kinds = {kind.__name__: kind for kind in ExtrapolationError.__subclasses__()}
        return kinds.get(known.kind, ProcessFailed)(known.problem, known.mend)
    return ProcessFailed(
        f"process {failure.process} of {processes}, training {job.arm}, {_how(failure.code, words)}",
        f"{AGAIN}; SIGKILL may say that memory ran out: lower train.processes or train.workers, "
        "or raise train.accumulate",
    )


def _heed(job: Job, told: Path, folder: Path, processes: int, heard: Heard) -> None:
    """Start the processes, listen to them to their end, and raise what stopped them; they tell it in the folder."""
    failed, words = folder / "failure.json", defaultdict[int, deque[str]](lambda: deque(maxlen=LAST_WORDS))
    with _started(_command(told, failed, folder / LOGS, processes), processes) as torchrun:
        for line in torchrun.stdout or ():
            of, text = (match[1], match[2]) if (match := OF_PROCESS.match(line)) else (OF_TORCHRUN, line.rstrip())
            words[int(of)].append(text)
            if match:
                heard(int(of), text)
    if failed.exists():
        failure = Failure.model_validate_json(failed.read_bytes())
        raise _of_process(job, processes, failure, words[failure.process])
    if torchrun.returncode:
        raise _of_torchrun(job, processes, torchrun.returncode, words[OF_TORCHRUN])


def launch(job: Job, processes: int, heard: Heard) -> None:
    """Train the job by so many processes, to its end or on from its last checkpoint.

    Their logs come to lie in the folder `processes` of the run, anew each time. Raises the error that
    stopped one of them, or ProcessFailed where that was none of ours.
    """
    folder = job.folder / "processes"
    shutil.rmtree(folder, ignore_errors=True)
    filesystem.write_bytes(str(folder / "job.json"), job.model_dump_json().encode())
    # Where the disk of the run is full, the word of it must find another place.
    with tempfile.TemporaryDirectory(prefix="training-") as beside:
        try:
            _heed(job, folder / "job.json", Path(beside), processes, heard)
        finally:
            with suppress(OSError):  # as copytree's own error is: the logs are for people alone
                shutil.copytree(Path(beside, LOGS), folder / LOGS)
