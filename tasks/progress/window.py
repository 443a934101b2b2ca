"""The rate of the last seconds: one over all the time hides that a crawl has come to a halt."""

from collections import deque
from dataclasses import dataclass

from tasks.progress.snapshot import Rate

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Sum:
    """What had been fetched by a time, in seconds of the clock."""

    time: float
    done: int
    kept: int
    size: int


class Window:
    """Sums over time, of which the last SECONDS are kept."""

    def __init__(self, start: float) -> None:
        self._sums = deque([_Sum(start, 0, 0, 0)])

    def _forget(self, now: float) -> None:
        # The newest that is too old stays: the window begins at what it says.
        while len(self._sums) > 1 and self._sums[1].time <= now - SECONDS:
            self._sums.popleft()

    def add(self, now: float, done: int, kept: int, size: int) -> None:
        """So much more has been fetched."""
        last = self._sums[-1]
        self._sums.append(_Sum(now, last.done + done, last.kept + kept, last.size + size))
        self._forget(now)

    def rate(self, now: float) -> Rate:
        """What was fetched a second in the last SECONDS, or since the start where that is less."""
        self._forget(now)
        first, last = self._sums[0], self._sums[-1]
        span = min(now - first.time, SECONDS)
        if span <= 0:
            return Rate()
        return Rate((last.done - first.done) / span, (last.kept - first.kept) / span, (last.size - first.size) / span)
