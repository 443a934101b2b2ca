"""The resident memory of a process and all it started, read from /proc."""

import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

_SESSION = 3  # of the fields of /proc/PID/stat behind the name
_EVERY = 0.1  # seconds
_KB = 1024


def _members(session: int) -> Iterator[Path]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        if int(fields[_SESSION]) == session:
            yield folder


def _kilobytes(folder: Path) -> dict[str, int]:
    """What a process says of its memory; nothing where it ended meanwhile."""
    try:
        lines = (folder / "status").read_text().splitlines()
    except OSError:
        return {}
    return {line.split(":")[0]: int(line.split()[1]) for line in lines if line.endswith(" kB")}


class Watch:
    """Samples every process of a session while the block runs.

    `peak_mb` is the larger of the largest sum that was seen and the largest peak that the
    kernel kept for one process, so that no short spike is missed. Pages that processes share
    count for each of them.
    """

    def __init__(self, session: int) -> None:
        self._session = session
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._peak = 0

    @property
    def peak_mb(self) -> float:
        """Megabytes (of 2**20 bytes)."""
        return self._peak / _KB

    def _sample(self) -> None:
        while not self._done.wait(_EVERY):
            seen = [_kilobytes(folder) for folder in _members(self._session)]
            alone = [one.get("VmHWM", 0) for one in seen]
            self._peak = max(self._peak, sum(one.get("VmRSS", 0) for one in seen), *alone, 0)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()
