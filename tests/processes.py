"""Processes that a test has started: whether they have come to an end."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PATIENCE = 60.0
"""Seconds that an end may take."""


def have_ended(pid: int, *, group: bool = False) -> bool:
    """Whether the process, or every one of its group, ends within PATIENCE."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            (os.killpg if group else os.kill)(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def named_with(words: str) -> list[int]:
    """The ids of all processes in whose command line the words stand."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            if words.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def variable(pid: int, name: str) -> str | None:
    """What a variable of a process's environment was when it was started."""
    told = dict(entry.split("=", 1) for entry in Path(f"/proc/{pid}/environ").read_text().split("\0") if "=" in entry)
    return told.get(name)


def living_with(name: str, value: str) -> list[int]:
    """The ids of all processes that were started with this variable in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile, or is another user's
            if f"{name}={value}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def until(reached: Callable[[], bool], seconds: float, seen: Callable[[], str]) -> None:
    """Wait for something; where it does not come about in time, fail with what is `seen` in its place."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, seen()
        time.sleep(0.1)
