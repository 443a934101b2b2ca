"""What came of a client on the rough web."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from benchmarks.web.contest import OURS, PEER, Course, Lap
from benchmarks.web.kinds import OBTAINABLE
from benchmarks.web.ours import when_stored
from benchmarks.web.outputs import read_outputs

SHARE = 0.99
"""Of the obtainable pictures; who stores so many has got there."""


@dataclass(frozen=True, slots=True)
class Score:
    """What came of one client; times in seconds from the first request, None where it never came to it."""

    obtainable: int
    stored: int
    reached: bool
    seconds: float
    rate: float
    rate_to_last_written: float
    seconds_to_99_served: float | None
    seconds_to_end: float
    ended_by_itself: bool
    requests: int
    requests_within_retry_after: int
    peak_rss_mb: float


def _when_packed(done: Lap) -> dict[int, float]:
    """When the peer's user could read each picture: when the run ended, be it by our hand."""
    return dict.fromkeys(read_outputs(done.tars), done.ran.ended)


STORED: Mapping[str, Callable[[Lap], dict[int, float]]] = {
    PEER: _when_packed,
    OURS: lambda done: when_stored(done.out),
}
"""How to tell, for each client, when each picture that it holds was stored, by number."""


def _at(times: Sequence[float], needed: int) -> float | None:
    """When so many were there; `times` in order."""
    return times[needed - 1] if len(times) >= needed else None


def score(done: Lap, when: Mapping[int, float], course: Course) -> Score:
    """The figures of one run; `when` each picture that the client holds was stored, by number."""
    obtainable = {number for number, kind in enumerate(course.kinds) if kind in OBTAINABLE}
    needed, first = ceil(SHARE * len(obtainable)), done.log.first
    stored = {number: at for number, at in when.items() if number in obtainable}
    reached, served = _at(sorted(stored.values()), needed), _at(sorted(done.log.served(course.kinds).values()), needed)
    count, seconds = (needed, reached - first) if reached else (len(stored), done.ran.ended - first)
    return Score(
        len(obtainable), len(stored), reached is not None, round(seconds, 2), round(count / seconds, 2),
        round(len(stored) / done.seconds, 2), round(served - first, 2) if served else None,
        round(done.ran.ended - first, 2), done.ran.finished, len(done.log.requests),
        sum(seen.within_retry_after for seen in done.log.requests), round(done.ran.peak_rss_mb, 1),
    )  # fmt: skip


def against(ours: Score, theirs: Score) -> dict[str, object]:
    """Our rate over the peer's; `ratio` is None unless both got there: else it is a matter of our patience."""
    both = ours.reached and theirs.reached
    return {
        "ratio": round(ours.rate / theirs.rate, 3) if both else None,
        "ratio_while_writing": round(ours.rate / theirs.rate_to_last_written, 3),
        "peer_reached": theirs.reached,
    }  # fmt: skip


def faults(ours: Score) -> list[str]:
    """What a crawl must not do on any web, however fast it is."""
    held = {
        f"{ours.requests_within_retry_after} requests within a Retry-After": not ours.requests_within_retry_after,
        "it did not end by itself": ours.ended_by_itself,
        f"it stored {ours.stored} of {ours.obtainable} obtainable pictures": ours.reached,
    }
    return [said for said, well in held.items() if not well]


def line(name: str, one: Score) -> str:
    """What a reader wants to see of a client."""
    end = "ended by itself" if one.ended_by_itself else "was killed"
    goal = f"99% stored in {one.seconds:.1f} s" if one.reached else "99% never stored"
    return (
        f"{name:12} {one.stored} of {one.obtainable} obtainable pictures, {goal}: {one.rate:.1f} pictures/s; "
        f"{one.requests_within_retry_after} requests within a Retry-After; {one.peak_rss_mb:.0f} MB at most; "
        f"{end} after {one.seconds_to_end:.1f} s"
    )
