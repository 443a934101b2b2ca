"""Forced runs, one after the other in one process, each followed by the clean-up: nothing grows."""

import gc
import multiprocessing
import os
import tempfile
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.pipeline import extrapolate
from flows.retention import retention
from storage.records import PIPELINE
from tests.flows.conftest import World

RUNS, WARM = 20, 8
"""Runs in all, and those at first in which libraries load and pools fill; what grows is told by the others.

Of resident memory the least of several runs is taken, since what threads are freed by differs from run to run.
"""

MEMORY_MB = 3.0
"""That a run may add, of some 1,600 that such a process holds."""

PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20


@dataclass(frozen=True, slots=True)
class Held:
    """What the process holds between two runs: resident memory, open files by kind, threads, processes, and disk."""

    memory_mb: float
    files: Counter[str]
    threads: Counter[str]
    processes: int
    root_bytes: int
    temporary: frozenset[str]

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.files.items()))
        return (
            f"{self.memory_mb:,.1f} MB, {self.files.total()} files ({kinds}), {self.threads.total()} threads, "
            f"{self.processes} processes, {self.root_bytes / 1e6:.3f} MB of data, {len(self.temporary)} temporary"
        )


def _files() -> Counter[str]:
    """Open files of this process: sockets and pipes by their kind, others by their path."""
    found: Counter[str] = Counter()
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the folder itself was open when it was listed
            found[os.readlink(entry).partition(":[")[0]] += 1
    return found


def _bytes(root: Path) -> int:
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


def _processes() -> int:
    """Children of this process that have not ended, and those that nobody has waited for."""
    multiprocessing.active_children()  # joins those of the standard library that have ended
    tasks = Path("/proc/self/task")
    return sum(len((task / "children").read_text().split()) for task in tasks.iterdir())


def held(root: Path, temporary: Path) -> Held:
    """What this process holds now."""
    gc.collect()
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_MB
    threads = Counter(thread.name.rstrip("-_0123456789") for thread in threading.enumerate())
    names = frozenset(path.name for path in temporary.iterdir())
    return Held(resident, _files(), threads, _processes(), _bytes(root), names)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files that nobody else writes to."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.slow  # three minutes on two cores
def test_forced_runs_leave_memory_files_and_disk_flat(
    prefect_server: str, world: World, temporary: Path, tmp_path: Path
) -> None:
    """The last of twenty refreshed runs leaves what the ninth left: no file, thread, process or byte on disk more."""
    recipe, seen = world.recipe(tmp_path / "root"), list[Held]()
    for number in range(RUNS):
        extrapolate(recipe, refresh=list(PIPELINE))
        retention(recipe, keep_days=0, dry_run=False)
        seen.append(held(tmp_path / "root", temporary))
        print(f"run {number + 1}: {seen[-1]}", flush=True)  # noqa: T201  # the figures, for who runs it with -s
    first, *_, last = later = seen[WARM:]
    half = len(later) // 2
    floors = [min(one.memory_mb for one in some) for some in (later[:half], later[half:])]
    growth = (floors[1] - floors[0]) / half
    print(f"memory: {growth:+.2f} MB a run")  # noqa: T201
    assert growth < MEMORY_MB
    assert last.files - first.files == Counter(), "files were left open"
    assert last.threads - first.threads == Counter(), "threads were left"
    assert last.processes <= first.processes
    assert last.root_bytes <= first.root_bytes * 1.01
    assert last.temporary <= first.temporary
