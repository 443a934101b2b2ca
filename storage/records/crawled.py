"""What sources offer, and what became of it."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from storage.records.volatile import VOLATILE


def url_key(url: str) -> str:
    """The identity of a candidate, and later the name of its sample in a shard."""
    return hashlib.sha256(url.encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One picture that a source offers for one neighbor category; `rank` counts from 0."""

    url: str
    neighbor: str
    query: str
    rank: int
    source: str
    title: str
    creator: str
    license: str
    license_url: str
    landing_url: str

    @property
    def key(self) -> str:
        """The identity of the candidate: a digest of its URL."""
        return url_key(self.url)


@dataclass(frozen=True, slots=True)
class NoResults:
    """A neighbor category that no source offers anything for: perhaps there is no such thing."""

    neighbor: str
    queries: tuple[str, ...]


class FetchReason(StrEnum):
    """Why a candidate URL brought no picture."""

    BAD_URL = "bad_url"
    BAD_STATUS = "bad_status"
    BAD_LICENSE = "bad_license"
    BLOCKED_ADDRESS = "blocked_address"
    CONNECTION = "connection"
    DECODER_DIED = "decoder_died"
    NOT_A_PICTURE = "not_a_picture"
    OVER_BUDGET = "over_budget"
    ROBOTS = "robots"
    TAKEN_DOWN = "taken_down"
    THROTTLED = "throttled"
    TIMEOUT = "timeout"
    TOO_COSTLY = "too_costly"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    TOO_SMALL = "too_small"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True)
class Crawled(Candidate):
    """What became of a candidate: a stored picture (`digest`) or a `reason`, never both.

    `size` is in bytes, `width` and `height` in pixels as stored, 0 where nothing was stored.
    """

    digest: str | None
    # A host fails in another way every night, and no later stage judges by how: else all of them would run again for
    # it. A report that is found whole may thus count the losses by their reasons of before.
    reason: FetchReason | None = field(metadata=VOLATILE)
    detail: str = field(metadata=VOLATILE)
    size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Redirected(Candidate):
    """A candidate that another host has, at `to`; `hops` are the redirects so far.

    Fetched next by whoever that host's URLs fall to, so that each host has one who keeps its pace.
    """

    to: str
    hops: int


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to one source: results `skip` to `skip + limit` of a query, and how many of them can be used.

    `more` says that the source may hold further ones.
    """

    neighbor: str
    source: str
    query: str
    skip: int
    limit: int
    offered: int
    more: bool
