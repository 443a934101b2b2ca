"""Processes that work ahead, and end with whom they work for, however that ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing import active_children
from pathlib import Path

import pytest

from storage.errors import BadInput
from training.workers import Workers

PROJECT = Path(__file__).parents[2]
KILLED = """
import os, signal
from multiprocessing import active_children
from training.workers import Workers
workers = Workers(1)
workers.results([workers.submit(abs, -1)])
print(active_children()[0].pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    """Two, which each test finds started again where the one before has ended them."""
    two = Workers(2)
    yield two
    two.close()


def test_results_come_in_order(workers: Workers) -> None:
    """Whoever is done first; what work raises is raised as it was."""
    assert workers.results([workers.submit(abs, -number) for number in range(20)]) == list(range(20))
    with pytest.raises(ValueError, match="invalid literal"):
        workers.results([workers.submit(int, "a number")])


def test_a_worker_that_is_killed_is_told_of(workers: Workers) -> None:
    """With the field to change; and others can be started."""
    workers.results([workers.submit(abs, -1)])
    first, *_ = active_children()
    waiting = [workers.submit(time.sleep, 0.2) for _ in range(6)]
    os.kill(first.pid or 0, signal.SIGKILL)
    with pytest.raises(BadInput, match=r"one of the 2 processes .* was killed.*\n.*lower train\.workers"):
        workers.results(waiting)
    workers.close()
    assert active_children() == []
    assert workers.results([workers.submit(abs, -1)]) == [1]


def test_closing_leaves_nobody_behind(workers: Workers) -> None:
    """Though much is still to be done, and closing twice is closing once."""
    waiting = [workers.submit(time.sleep, 0.1) for _ in range(40)]
    assert active_children() != []
    workers.close()
    workers.close()
    assert active_children() == []
    assert waiting[-1].cancelled()


def _is_there(pid: int) -> bool:
    """Whether a process runs, and is no corpse that nobody has buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc to look for a process in")
def test_a_killed_run_leaves_nobody_behind() -> None:
    """SIGKILL tells nobody: a worker watches for its run's end by itself."""
    done = subprocess.run([sys.executable, "-c", KILLED], cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    worker, until = int(done.stdout), time.monotonic() + 60
    while _is_there(worker) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _is_there(worker)
