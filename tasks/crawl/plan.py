"""What becomes of a candidate as a row, which host it is asked from, and which partition asks; pure."""

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any

from yarl import URL

from storage.fingerprint import bucket
from storage.records import Candidate, Crawled, FetchReason, Redirected
from tasks.crawl.licenses import agreed

_OFFERED = tuple(f.name for f in fields(Candidate))
_told: Callable[[Candidate], tuple[object, ...]] = attrgetter(*_OFFERED)  # astuple would copy every text


def _offer(candidate: Candidate) -> dict[str, Any]:
    """What a source said of a candidate, whatever has become of it since."""
    return {name: getattr(candidate, name) for name in _OFFERED}


def fetched(candidate: Candidate, digest: str, size: int, width: int, height: int) -> Crawled:
    """The row of a candidate whose picture is in the store; bytes, and pixels as stored."""
    return Crawled(**_offer(candidate), digest=digest, reason=None, detail="", size=size, width=width, height=height)


def rejected(candidate: Candidate, reason: FetchReason, detail: str = "") -> Crawled:
    """The row of a candidate that brought no picture."""
    return Crawled(**_offer(candidate), digest=None, reason=reason, detail=detail, size=0, width=0, height=0)


def redirected(candidate: Candidate, to: str, hops: int) -> Redirected:
    """The candidate, to be asked for at another address."""
    return Redirected(**_offer(candidate), to=to, hops=hops)


def url_asked(candidate: Candidate) -> str:
    """Where a candidate's picture is asked for next."""
    return candidate.to if isinstance(candidate, Redirected) else candidate.url


def host_asked(candidate: Candidate) -> str:
    """The host that a candidate's next URL names, as it is looked up; the URL itself where it names none."""
    url = url_asked(candidate)
    try:
        return (URL(url).raw_host or url).rstrip(".")
    except ValueError:
        return url


def by_host(candidates: Iterable[Candidate], partitions: int) -> list[list[Candidate]]:
    """The candidates of each partition: all URLs of a host fall to the same one."""
    parts: list[list[Candidate]] = [[] for _ in range(partitions)]
    for candidate in candidates:
        parts[bucket(host_asked(candidate), partitions)].append(candidate)
    return parts


def by_rank(candidate: Candidate) -> tuple[object, ...]:
    """The order in which candidates are taken, the same on every machine."""
    return (candidate.rank, candidate.neighbor, *_told(candidate))


def merge(offers: Iterable[Candidate]) -> list[Candidate]:
    """One candidate a URL, sorted by key: the best ranked offer, ties by the name of the neighbor.

    Where two that state a license differ in it, its license is both, which no recipe allows.
    """
    best: dict[str, Candidate] = {}
    stated: dict[str, set[str]] = {}
    for offer in offers:
        held = best.setdefault(offer.url, offer)
        if held.license != offer.license:
            stated.setdefault(offer.url, {held.license}).add(offer.license)
        if by_rank(offer) < by_rank(held):
            best[offer.url] = offer
    for url, licenses in stated.items():
        if len(known := licenses - {""}) > 1:
            best[url] = replace(best[url], license=agreed(*sorted(known)))
    return sorted(best.values(), key=lambda candidate: candidate.key)
