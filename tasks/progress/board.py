"""The partitions that fetch in this process, for a terminal to show: tasks know of none."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tasks.progress.snapshot import Snapshot, together
from tasks.progress.told import Progress


class Board:
    """Running progresses by their stage; one that ended stays in the sum until the last of its stage has."""

    def __init__(self) -> None:
        self._one = threading.Lock()
        self._listed: dict[str, dict[str, Progress]] = {}
        self._running: dict[str, int] = {}

    @contextmanager
    def listed(self, stage: str, progress: Progress) -> Iterator[None]:
        """Count a progress into its stage's sum; a second try takes the place of the first."""
        with self._one:
            self._listed.setdefault(stage, {})[progress.title] = progress
            self._running[stage] = self._running.get(stage, 0) + 1
        try:
            yield
        finally:
            with self._one:
                self._running[stage] -= 1
                if not self._running[stage]:
                    del self._listed[stage]

    def sums(self) -> dict[str, Snapshot]:
        """How far every running stage has come, all of its partitions in this process summed."""
        with self._one:
            listed = {stage: list(each.values()) for stage, each in self._listed.items()}
        return {stage: together(one.snapshot() for one in each) for stage, each in listed.items()}


BOARD = Board()
"""Of this process: where partitions run in another one, it is empty here."""
