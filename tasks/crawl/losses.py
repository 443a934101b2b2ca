"""URLs that brought no picture: how many may be lost, and which partitions are done again for what may pass."""

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from storage.errors import TooMuchLost
from storage.manifest import Part, StageFolder
from storage.records import Crawled, FetchReason
from tasks.crawl.config import CrawlConfig
from tasks.crawl.fetch import PASSING
from tasks.crawl.robots import UNREADABLE
from tasks.crawl.sources.pool_files import GONE

_PASSING_REASONS = frozenset({FetchReason.CONNECTION, FetchReason.THROTTLED, FetchReason.TIMEOUT})
_PASSING_STATUSES = frozenset(map(str, PASSING))
_LAST = (sys.maxsize, 0)
_TRY_AGAIN = (
    "mend what these say, then retry the run or run again with the same command: what was lost to time-outs, "
    "connections, busy or failing hosts is fetched again, stored pictures are not"
)


def may_come(row: Crawled) -> bool:
    """Whether a URL that brought no picture may bring one another time, as after an outage."""
    if row.reason is FetchReason.BAD_STATUS:
        return row.detail == GONE or row.detail in _PASSING_STATUSES
    if row.reason is FetchReason.ROBOTS:
        return row.detail.startswith(UNREADABLE)
    return row.reason in _PASSING_REASONS


def _step(part: str) -> tuple[int, int]:
    """When a partition is made: its round, and there its hop; a round's search and plan come before its first hop."""
    kind, *at = part.split("-")
    if not at:  # the closing one
        return _LAST
    return int(at[0]), int(at[1]) if kind == "fetch" else -1


def done_again(lossy: Collection[str], names: Iterable[str]) -> list[str]:
    """Of all whole partitions of a crawl, those to do again: the first fetched ones of these, and what came after.

    What came after was chosen by what they had brought. Latest first, so that a kill between two leaves none behind
    that was made of one that is gone.
    """
    first = min(map(_step, lossy), default=None)
    if first is None:
        return []
    again = [name for name in names if _step(name) > first or (_step(name) == first and name in lossy)]
    return sorted(again, key=_step, reverse=True)


def check_fetched(folder: StageFolder, fetched: Sequence[Part], config: CrawlConfig) -> None:
    """Raise TooMuchLost where more of the tried URLs brought no picture than the recipe allows.

    Then the partitions whose losses may pass count as whole no longer, for the next try to fetch what is lost.
    """
    rows = folder.read_rows(fetched, Crawled)
    lost = Counter(row.reason for row in rows if row.reason)
    if lost.total() <= config.max_lost * len(rows):
        return
    reasons = ", ".join(f"{count} {reason}" for reason, count in lost.most_common(3))
    lossy = {part.name for part in fetched if any(map(may_come, folder.read_rows([part], Crawled)))}
    for name in done_again(lossy, folder.sealed_names()):
        folder.unseal_part(name)
    raise TooMuchLost(
        f"{lost.total()} of {len(rows)} URLs brought no picture: {reasons}",
        (_TRY_AGAIN if lossy else "change crawl.sources or crawl.limits, for none of these passes by itself")
        + f"; or raise crawl.max_lost ({config.max_lost:g})",
    )
