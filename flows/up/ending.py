"""The end of all processes: flow runs first, so that the server hears of it, then workers, then the server."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from flows.up.children import EVERY_SECONDS, Child
from flows.up.interrupts import Interrupted, Interrupts

RUNS, REST = 6.0, 2.0
"""Seconds that flow runs get to tell the server that they end, and each worker and the server after them.

Together they are fewer than the sandbox waits for what runs beside it.
"""


def _runs_of(worker: Child) -> list[int]:
    """The processes of its flow runs: what it has started, each with a group of its own."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            state, parent, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
            if int(parent) == worker.process.pid and state != "Z" and group == folder.name:
                found.append(int(folder.name))
    return found


def _signal(group: int, number: int) -> None:
    with suppress(ProcessLookupError):  # it has ended meanwhile
        os.killpg(group, number)


def _wait(ended: Callable[[], bool], seconds: float, interrupts: Interrupts) -> None:
    """Wait for an end; a further signal cuts it short."""
    end = time.monotonic() + seconds
    with suppress(Interrupted):
        while not ended() and time.monotonic() < end:
            interrupts.pause(EVERY_SECONDS)


def _end_runs(workers: list[Child], interrupts: Interrupts) -> None:
    """Ask every run to end: it tells the server that it crashed. A worker that ends would kill it without a word."""
    asked: set[int] = set()

    def ended() -> bool:
        under_way = {run for worker in workers for run in _runs_of(worker)}
        for run in under_way - asked:
            _signal(run, signal.SIGTERM)
        asked.update(under_way)
        return not under_way

    _wait(ended, RUNS, interrupts)


def _end(child: Child, interrupts: Interrupts) -> None:
    """Let it end as after Ctrl-C."""
    _signal(child.process.pid, signal.SIGINT)
    _wait(lambda: child.process.poll() is not None, REST, interrupts)


def end(children: list[Child], interrupts: Interrupts) -> None:
    """End all, the first of them, the server, when the others have ended; every one is gone when this returns."""
    server, others = children[:1], children[1:]
    try:
        _end_runs(others, interrupts)
        for child in [*others, *server]:
            _end(child, interrupts)
    finally:
        for child in reversed(children):
            _signal(child.process.pid, signal.SIGKILL)
            child.process.wait()
