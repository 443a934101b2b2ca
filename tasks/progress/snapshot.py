"""How far fetching has come at one moment, and how it is said in one line."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from storage.records import FetchReason


@dataclass(frozen=True, slots=True)
class Rate:
    """What is fetched a second: candidates that ended, pictures kept of them, and their bytes."""

    done: float = 0.0
    kept: float = 0.0
    size: float = 0.0

    def __add__(self, other: "Rate") -> "Rate":
        return Rate(self.done + other.done, self.kept + other.kept, self.size + other.size)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Of `total` candidates `done` have ended: `kept`, or `rejected` by reason, in `seconds`.

    Pictures that the store `held` are among the kept; `size` is in bytes, and of fetched pictures
    alone. `rate` is that of the last seconds.
    """

    done: int
    total: int
    kept: int
    held: int
    rejected: Counter[FetchReason]
    size: int
    seconds: float
    rate: Rate

    @property
    def percent(self) -> float:
        """The share that has ended, in [0, 100]; nothing to do is all done."""
        return 100 * self.done / self.total if self.total else 100.0

    @property
    def seconds_left(self) -> float:
        """The time that the rest takes at the rate of the last seconds; infinite while nothing comes."""
        left = self.total - self.done
        return left / self.rate.done if left and self.rate.done else math.inf if left else 0.0

    @property
    def mean(self) -> Rate:
        """The rate over all of the time."""
        span = max(self.seconds, 1e-9)
        fetched = self.kept - self.held
        return Rate((fetched + self.rejected.total()) / span, fetched / span, self.size / span)


def together(snapshots: Iterable[Snapshot]) -> Snapshot:
    """The sum of partitions that run side by side; their time is the longest."""
    each = list(snapshots)
    return Snapshot(
        sum(one.done for one in each), sum(one.total for one in each), sum(one.kept for one in each),
        sum(one.held for one in each), sum((one.rejected for one in each), Counter()),
        sum(one.size for one in each), max((one.seconds for one in each), default=0.0),
        sum((one.rate for one in each), Rate()),
    )  # fmt: skip


def _clock(seconds: float) -> str:
    """Hours where there are any, minutes and seconds."""
    if math.isinf(seconds):
        return "-:--"
    minutes, rest = divmod(math.ceil(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}" if minutes >= 60 else f"{minutes}:{rest:02d}"


def _rejected(counts: Counter[FetchReason], reasons: int) -> str:
    told = [f"{count:,} {reason}" for reason, count in counts.most_common(reasons)]
    more = ["..."] if told and len(counts) > reasons else []
    return f"{counts.total():,} rejected" + (f" ({', '.join(told + more)})" if told else "")


def line(title: str, now: Snapshot, reasons: int = 3) -> str:
    """One line of a snapshot, with the most frequent of its reasons; at the end, rates are those of all the time."""
    over = now.done == now.total
    rate = now.mean if over else now.rate
    held = f" ({now.held:,} held)" if now.held else ""
    return "  ".join(
        [
            title,
            f"{now.done:,}/{now.total:,}",
            f"{now.kept:,} kept{held}, {_rejected(now.rejected, reasons)}",
            f"{rate.kept:,.{1 if rate.kept < 10 else 0}f} img/s",
            f"{rate.size / 1e6:,.1f} MB/s",
            f"in {_clock(now.seconds)}" if over else f"ETA {_clock(now.seconds_left)}",
        ]
    )
