"""Which URLs the next round fetches: what each category lacks, within the budget, the rarest classes first.

All of it is decided before anything is fetched, from rows alone: nothing depends on what arrives first.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from storage.records import Candidate, Crawled, FetchReason, Neighbor
from tasks.crawl.config import Budget, CrawlConfig
from tasks.crawl.plan import by_rank, host_asked, rejected

Held = dict[str, dict[str, int]]
"""By category, the size in bytes of every picture that it has, by digest: the same one at two URLs counts once."""


def held_by(done: Iterable[Crawled]) -> Held:
    """What each category has so far."""
    held: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in done:
        if row.digest:
            held[row.neighbor][row.digest] = row.size
    return held


def may_keep(candidate: Candidate, config: CrawlConfig) -> bool:
    """Whether the recipe allows pictures under this candidate's license."""
    return candidate.license in config.licenses if candidate.license else config.allow_unknown_license


def keeping_away(done: Iterable[Crawled]) -> set[str]:
    """The hosts that went on asking for pauses, or for one too long to wait for: no later round asks them."""
    return {host_asked(row) for row in done if row.reason is FetchReason.THROTTLED}


def untried(
    candidates: Iterable[Candidate], done: Sequence[Crawled], config: CrawlConfig
) -> dict[str, list[Candidate]]:
    """By category, those that may be kept and asked for and no round has fetched, best ranked first."""
    tried, away = {row.url for row in done}, keeping_away(done)
    left: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in sorted(candidates, key=by_rank):
        if candidate.url not in tried and host_asked(candidate) not in away and may_keep(candidate, config):
            left[candidate.neighbor].append(candidate)
    return left


def affordable(held: Held, budget: Budget) -> int | None:
    """How many more pictures the budget has room for, at the mean size of those held; None where it has no bound."""
    sizes = [size for pictures in held.values() for size in pictures.values()]
    mean = max(1, sum(sizes) // len(sizes)) if sizes else budget.picture_bytes
    room = [] if budget.pictures is None else [budget.pictures - len(sizes)]
    room += [] if budget.bytes is None else [(budget.bytes - sum(sizes)) // mean]
    return max(0, min(room)) if room else None


def next_round(
    neighbors: Iterable[Neighbor], candidates: Iterable[Candidate], done: Sequence[Crawled], config: CrawlConfig
) -> list[Candidate]:
    """As many of each category's best untried candidates as it lacks, until the budget is shared out.

    `done` are the rows of all rounds before. Neighbors of the rarest classes are served first.
    """
    held, left = held_by(done), untried(candidates, done, config)
    room = affordable(held, config.budget)
    due: list[Candidate] = []
    for neighbor in sorted(neighbors, key=lambda row: (row.shots, row.name)):
        lacks = max(0, config.per_category - len(held.get(neighbor.name, ())))
        due += left.get(neighbor.name, [])[: lacks if room is None else min(lacks, room - len(due))]
    return due


def short(
    neighbors: Iterable[Neighbor], candidates: Iterable[Candidate], done: Sequence[Crawled], config: CrawlConfig
) -> list[Neighbor]:
    """The categories that would not be full even if every untried candidate brought a picture."""
    held, left = held_by(done), untried(candidates, done, config)
    return [row for row in neighbors if len(held.get(row.name, ())) + len(left.get(row.name, ())) < config.per_category]


def leftovers(candidates: Iterable[Candidate], done: Sequence[Crawled], config: CrawlConfig) -> list[Crawled]:
    """The rows of those that no round fetched: license not allowed, host left alone, or others came first."""
    tried, away = {row.url for row in done}, keeping_away(done)

    def why(candidate: Candidate) -> Crawled:
        if not may_keep(candidate, config):
            return rejected(candidate, FetchReason.BAD_LICENSE, candidate.license or "unknown")
        if host_asked(candidate) in away:
            return rejected(candidate, FetchReason.THROTTLED, "its host asked for a pause before")
        return rejected(candidate, FetchReason.OVER_BUDGET)

    return [why(candidate) for candidate in candidates if candidate.url not in tried]
