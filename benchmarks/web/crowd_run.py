"""The pipeline's runs against the crowd: watched to their end, and killed on the way."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.web.crowd import ASKED, HOSTS
from benchmarks.web.serving import PROJECT

SAMPLE_SECONDS = 0.25
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Hosts:
    """The crowd, while it answers."""

    port: int

    def asked(self) -> int:
        """How many requests for pictures it has read."""
        with urllib.request.urlopen(f"http://{HOSTS[0]}:{self.port}{ASKED}", timeout=60) as told:
            return int(told.read())


@contextmanager
def crowd() -> Iterator[Hosts]:
    """The hosts, in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.web.crowd"]
    process = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603  # ours
    try:
        yield Hosts(int(process.stdout.readline() if process.stdout else ""))
    finally:
        process.communicate()


def start(recipe: Path, root: Path) -> "subprocess.Popen[bytes]":
    """The pipeline up to its crawl, as a user starts it."""
    command = [sys.executable, "-m", "flows.pipeline", str(recipe), "--until", "crawl", "--data-root", str(root)]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603  # ours


def kill_after(process: "subprocess.Popen[bytes]", hosts: Hosts, further: int) -> bool:
    """Kill a run with all its processes once it has made so many requests; False where it ended before that."""
    goal = hosts.asked() + further
    while process.poll() is None and hosts.asked() < goal:
        time.sleep(POLL_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


@dataclass(slots=True)
class Memory:
    """The resident set of the pipeline's own process while it fetches, in MB, beside how many requests it had made."""

    samples: list[tuple[int, float]] = field(default_factory=list)

    @property
    def middle(self) -> float:
        """When half of the requests were made."""
        half = (self.samples[0][0] + self.samples[-1][0]) / 2
        return next(size for asked, size in self.samples if asked >= half)

    @property
    def end(self) -> float:
        """Before the run ended."""
        return self.samples[-1][1]

    @property
    def peak(self) -> float:
        """At most."""
        return max(size for _, size in self.samples)


def _rss_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def watch(process: "subprocess.Popen[bytes]", hosts: Hosts) -> Memory:
    """The memory of a run from its first request until it ends; SystemExit where it fails."""
    memory, before = Memory(), hosts.asked()
    while process.poll() is None:
        asked, size = hosts.asked(), _rss_mb(process.pid)
        if asked > before and size:  # none where it ends at this moment
            memory.samples.append((asked, size))
        time.sleep(SAMPLE_SECONDS)
    if process.returncode or not memory.samples:
        raise SystemExit("the pipeline failed, or asked for nothing; its error stands above")
    return memory
