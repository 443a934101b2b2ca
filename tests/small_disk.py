"""A disk of a test's own that can be full: a tmpfs which only the processes started in it see."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
UNSHARE = shutil.which("unshare") or "/usr/bin/unshare"
AS_ROOT, AS_USER = ["--mount"], ["--map-root-user", "--mount"]
"""How a mount namespace is made: by root, or by anybody in a user namespace."""


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A disk mounted at `path` for the commands that are started `inside`; `holder` is the process that keeps it."""

    path: Path
    holder: int
    enter: tuple[str, ...]

    def inside(self, command: Sequence[str]) -> list[str]:
        """The command, as it is to be started to see the disk; its working folder is the project's."""
        return [*self.enter, *command]

    def resize(self, size: str) -> None:
        """Make it larger or smaller, as `mount` spells sizes."""
        subprocess.run(self.inside(["mount", "-o", f"remount,size={size}", str(self.path)]), check=True)

    def seen(self, *names: str) -> Path:
        """What lies on it, for a process outside to look at."""
        return Path(f"/proc/{self.holder}/root", *self.path.parts[1:], *names)


def _way() -> list[str]:
    """How a namespace can be made here; skips the test where it cannot."""
    said = ""
    if not shutil.which("nsenter"):
        pytest.skip("no disk can be mounted in a namespace here: there is no nsenter")
    for way in (AS_ROOT, AS_USER):
        done = subprocess.run(
            [UNSHARE, *way, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return way
        said = done.stderr.strip()
    pytest.skip(f"no disk can be mounted in a namespace here: {said}")


@contextmanager
def small_disk(path: Path, size: str) -> Iterator[SmallDisk]:
    """A disk of this size at a new folder, while the block runs."""
    way = _way()
    path.mkdir()
    script = f"mount -t tmpfs -o size={size} tmpfs '{path}' && echo mounted && exec cat"
    with subprocess.Popen(
        [UNSHARE, *way, "sh", "-c", script], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdin
        assert holder.stdout
        assert holder.stdout.readline() == "mounted\n"
        user = ["--user", "--preserve-credentials"] if way is AS_USER else []
        try:
            yield SmallDisk(path, holder.pid, ("nsenter", "--target", str(holder.pid), "--mount", *user, "--wd"))
        finally:
            holder.stdin.close()  # `cat` ends, and with it the namespace
