"""What was taken down under a data root: recorded for good, so that it is never fetched or stored again.

<root>/pictures/taken_down/<name>.parquet    one small file a take-down; none is ever changed or removed
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from storage import filesystem, tables
from storage.fingerprint import fingerprint
from storage.pictures import FOLDER, INDEX

RECORDS = "taken_down"


class Trait(StrEnum):
    """What a picture that is taken down is known by."""

    URL = "url"
    CREATOR = "creator"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class TakenDownRow:
    """One thing by which pictures are refused from `recorded`, an ISO time, on."""

    trait: Trait
    value: str
    recorded: str


def records_of(root: str) -> str:
    """The folder of the records."""
    return filesystem.join(root, FOLDER, RECORDS)


def folded(creator: str) -> str:
    """A creator's name as two spellings of it are compared: blind to case and to spaces around it."""
    return creator.strip().casefold()


@dataclass(frozen=True, slots=True)
class Sighting:
    """One place where a picture was seen: its URL, its creator, and the digests it is known by."""

    url: str
    creator: str
    digests: frozenset[str]


@dataclass(frozen=True, slots=True)
class TakenDown:
    """URLs, creators (folded) and digests, of held bytes or original ones, that must not be held."""

    urls: frozenset[str] = field(default=frozenset())
    creators: frozenset[str] = field(default=frozenset())
    digests: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(cls, urls: Iterable[str] = (), creators: Iterable[str] = (), digests: Iterable[str] = ()) -> "TakenDown":
        """These, with names and digests in the form in which they are compared; an empty name is nobody's."""
        return cls(frozenset(urls), frozenset(map(folded, creators)) - {""}, frozenset(map(str.lower, digests)))

    @classmethod
    def load(cls, root: str) -> "TakenDown":
        """All that was ever taken down under a data root."""
        folder = records_of(root)
        held: dict[Trait, set[str]] = {trait: set() for trait in Trait}
        for name in filesystem.list_files(folder):
            if name.endswith(INDEX):
                for row in tables.from_table(tables.read_table(filesystem.join(folder, name)), TakenDownRow):
                    held[row.trait].add(row.value)
        return cls(*(frozenset(held[trait]) for trait in Trait))

    def __or__(self, other: "TakenDown") -> "TakenDown":
        return TakenDown(self.urls | other.urls, self.creators | other.creators, self.digests | other.digests)

    def __sub__(self, other: "TakenDown") -> "TakenDown":
        return TakenDown(self.urls - other.urls, self.creators - other.creators, self.digests - other.digests)

    def __bool__(self) -> bool:
        return bool(self.urls or self.creators or self.digests)

    def covers_url(self, url: str) -> bool:
        """Whether nothing may be fetched from this URL."""
        return url in self.urls

    def covers_creator(self, creator: str) -> bool:
        """Whether no picture of this creator may be held."""
        return folded(creator) in self.creators

    def covers_digest(self, digest: str) -> bool:
        """Whether no picture with this digest, of held bytes or original ones, may be held."""
        return digest in self.digests

    def covers(self, seen: Sighting) -> bool:
        """Whether the picture may not be held, by anything that is known of it."""
        return (
            self.covers_url(seen.url) or self.covers_creator(seen.creator) or not self.digests.isdisjoint(seen.digests)
        )

    def record(self, root: str) -> None:
        """Write these down for good, in a file of their own; the same ones are the same file."""
        named = ((Trait.URL, self.urls), (Trait.CREATOR, self.creators), (Trait.DIGEST, self.digests))
        held = [(trait, value) for trait, values in named for value in sorted(values)]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        rows = [TakenDownRow(trait, value, now) for trait, value in held]
        uri = filesystem.join(records_of(root), fingerprint(*held) + INDEX)
        tables.write_table(uri, tables.to_table(rows, TakenDownRow))


def spread(asked: TakenDown, seen: Iterable[Sighting]) -> TakenDown:
    """What was asked, with the URLs and digests of every picture it covers, and of every copy of those."""
    held, taken = list(seen), asked
    while True:
        hits = [one for one in held if taken.covers(one)]
        digests: frozenset[str] = frozenset().union(*(one.digests for one in hits))
        grown = taken | TakenDown(frozenset(one.url for one in hits), digests=digests)
        if grown == taken:
            return taken
        taken = grown
