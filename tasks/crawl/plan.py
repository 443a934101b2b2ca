"""Which URLs are fetched, in which round and by which partition; pure, and blind to arrival order."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, astuple
from urllib.parse import urlsplit

from storage.fingerprint import bucket
from storage.records import Candidate, Crawled, FetchReason
from tasks.crawl.config import CrawlConfig


def fetched(candidate: Candidate, digest: str, size: int, width: int, height: int) -> Crawled:
    """The row of a candidate whose picture is in the store; bytes, and pixels as stored."""
    return Crawled(**asdict(candidate), digest=digest, reason=None, detail="", size=size, width=width, height=height)


def rejected(candidate: Candidate, reason: FetchReason, detail: str = "") -> Crawled:
    """The row of a candidate that brought no picture."""
    return Crawled(**asdict(candidate), digest=None, reason=reason, detail=detail, size=0, width=0, height=0)


def host_of(url: str) -> str:
    """The host that a URL names, in lower case; empty where it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def by_host(candidates: Iterable[Candidate], partitions: int) -> list[list[Candidate]]:
    """The candidates of each partition: all URLs of a host fall to the same one."""
    parts: list[list[Candidate]] = [[] for _ in range(partitions)]
    for candidate in candidates:
        parts[bucket(host_of(candidate.url), partitions)].append(candidate)
    return parts


def _by_rank(candidate: Candidate) -> tuple[object, ...]:
    return (candidate.rank, candidate.neighbor, *astuple(candidate))


def merge(offers: Iterable[Candidate]) -> list[Candidate]:
    """One candidate a URL, sorted by key: the best ranked offer, ties by the name of the neighbor."""
    best: dict[str, Candidate] = {}
    for offer in offers:
        held = best.get(offer.url)
        if held is None or _by_rank(offer) < _by_rank(held):
            best[offer.url] = offer
    return sorted(best.values(), key=lambda candidate: candidate.key)


def may_keep(candidate: Candidate, config: CrawlConfig) -> bool:
    """Whether the recipe allows pictures under this candidate's license."""
    return candidate.license in config.licenses if candidate.license else config.allow_unknown_license


def next_round(candidates: Iterable[Candidate], done: Iterable[Crawled], config: CrawlConfig) -> list[Candidate]:
    """The best ranked of those that may be kept and were not tried, as many as each category still lacks.

    `done` are the rows of all rounds before. The same picture under two URLs counts once.
    """
    tried: set[str] = set()
    held: defaultdict[str, set[str]] = defaultdict(set)
    for row in done:
        tried.add(row.url)
        if row.digest:
            held[row.neighbor].add(row.digest)
    untried: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.url not in tried and may_keep(candidate, config):
            untried[candidate.neighbor].append(candidate)
    return [
        candidate
        for neighbor in sorted(untried)
        for candidate in sorted(untried[neighbor], key=_by_rank)[: max(0, config.per_category - len(held[neighbor]))]
    ]


def leftovers(candidates: Iterable[Candidate], done: Iterable[Crawled], config: CrawlConfig) -> list[Crawled]:
    """The rows of those that no round fetched: their license is not allowed, or others came first."""
    tried = {row.url for row in done}
    return [
        rejected(candidate, FetchReason.OVER_BUDGET)
        if may_keep(candidate, config)
        else rejected(candidate, FetchReason.BAD_LICENSE, candidate.license or "unknown")
        for candidate in candidates
        if candidate.url not in tried
    ]
