"""What one partition that fetches is told of its rows."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

from storage.records import Crawled, FetchReason
from tasks.progress.snapshot import Snapshot
from tasks.progress.window import Window


class Progress:
    """How far one partition has come: told by the loop that fetches, read by threads that show it."""

    def __init__(self, title: str, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.title = title
        self._total = total
        self._clock = clock
        self._start = clock()
        self._kept = self._held = self._size = 0
        self._rejected: Counter[FetchReason] = Counter()
        self._window = Window(self._start)
        self._one = threading.Lock()

    def tell(self, rows: Sequence[Crawled], held: bool = False) -> None:
        """More rows have ended; those that were `held` before count as done, and in no rate."""
        reasons = Counter(row.reason for row in rows if row.reason)
        kept, size = len(rows) - reasons.total(), sum(row.size for row in rows if row.digest)
        with self._one:
            self._kept += kept
            self._rejected += reasons
            if held:
                self._held += kept
            else:
                self._size += size
                self._window.add(self._clock(), len(rows), kept, size)

    def snapshot(self) -> Snapshot:
        """How far it has come by now."""
        with self._one:
            now = self._clock()
            return Snapshot(
                self._kept + self._rejected.total(), self._total, self._kept, self._held,
                self._rejected.copy(), self._size, now - self._start, self._window.rate(now),
            )  # fmt: skip
