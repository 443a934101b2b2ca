"""Runs a client on one core: how long it took, whether it ended, and the most memory it had."""

import os
import resource
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.web.memory import Watch
from benchmarks.web.missing import Missing
from benchmarks.web.serving import PROJECT


@dataclass(frozen=True, slots=True)
class Cores:
    """The processor of the client, with all its children, and that of the server and the benchmark itself."""

    client: int
    server: int


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of a client: wall seconds with its start, when it ended, whether by itself, and its memory in MB.

    `cpu_seconds` are those of the client and all it started, start included. Unlike wall time they hardly
    change when something else runs on the machine.
    """

    seconds: float
    cpu_seconds: float
    ended: float
    finished: bool
    peak_rss_mb: float


def two_cores() -> Cores:
    """The first two processors that this process may use; Missing where there is one."""
    free = sorted(os.sched_getaffinity(0))
    if len(free) < 2:
        raise Missing("a second processor is missing: client and server are measured on one each")
    return Cores(free[0], free[1])


@contextmanager
def _pinned(core: int) -> Iterator[None]:
    """What is started meanwhile inherits the core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _cpu_of_ended() -> float:
    """Seconds of user and system time of all children that have been waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill what is left of a client and its children, which share its session."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _why(process: "subprocess.Popen[bytes]", log: Path) -> str:
    code = process.returncode
    how = f"died of {signal.Signals(-code).name}, which nobody here sent" if code < 0 else f"exited with {code}"
    return f"{how}; it said: {log.read_text(errors='replace')[-2000:]}"


def run(command: Sequence[str], core: int, environment: Mapping[str, str], log: Path, limit: float) -> Ran:
    """Run the command to its end, or kill it after `limit` seconds; RuntimeError where it fails or dies."""
    started, cpu = time.time(), _cpu_of_ended()
    with log.open("wb") as output, _pinned(core):
        process = subprocess.Popen(  # noqa: S603  # a client that the benchmark names itself
            command, cwd=PROJECT, env={**os.environ, **environment}, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    with Watch(process.pid) as watch:
        try:
            finished = process.wait(limit) is not None
        except subprocess.TimeoutExpired:
            finished = False
        finally:
            _end(process)
    ended = time.time()
    if finished and process.returncode:
        raise RuntimeError(f"{command[0]} {_why(process, log)}")
    return Ran(ended - started, _cpu_of_ended() - cpu, ended, finished, watch.peak_mb)
