"""What was taken down under a data root: recorded for good, so that it is never fetched or stored again.

<root>/pictures/taken_down/<name>.parquet    one small file a take-down; none is ever changed or removed
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import reduce
from operator import or_

from storage import filesystem, tables
from storage.fingerprint import fingerprint
from storage.pictures import FOLDER, INDEX

RECORDS = "taken_down"

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_DEFAULT_PORT = re.compile(r"(:(80|443)?)+$")


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


def folded_url(url: str) -> str:
    """A URL as two spellings of it are compared: no scheme, no default port, no fragment, and the host in lower case.

    One of another scheme stays as it is: the fragment of a `file:` URL names the picture in a tar.
    """
    scheme = _SCHEME.match(url)
    if scheme and scheme[1].lower() not in ("http", "https"):
        return url
    bare = url[scheme.end() if scheme else 0 :].partition("#")[0]
    host = re.split("[/?]", bare, maxsplit=1)[0]
    return f"{_DEFAULT_PORT.sub('', host.lower())}/{bare[len(host) :].removeprefix('/')}"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One place where a picture was seen: its URL, its creator, and the digests it is known by."""

    url: str
    creator: str
    digests: frozenset[str]


@dataclass(frozen=True, slots=True)
class TakenDown:
    """URLs and creators (both folded) and digests, of held bytes or original ones, that must not be held."""

    urls: frozenset[str] = field(default=frozenset())
    creators: frozenset[str] = field(default=frozenset())
    digests: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(cls, urls: Iterable[str] = (), creators: Iterable[str] = (), digests: Iterable[str] = ()) -> "TakenDown":
        """These, in the form in which they are compared; an empty name is nobody's."""
        names = frozenset(map(folded, creators)) - {""}
        return cls(frozenset(map(folded_url, urls)), names, frozenset(map(str.lower, digests)))

    @classmethod
    def load(cls, root: str) -> "TakenDown":
        """All that was ever taken down under a data root."""
        return union(records_under(root))

    def __or__(self, other: "TakenDown") -> "TakenDown":
        return TakenDown(self.urls | other.urls, self.creators | other.creators, self.digests | other.digests)

    def __sub__(self, other: "TakenDown") -> "TakenDown":
        return TakenDown(self.urls - other.urls, self.creators - other.creators, self.digests - other.digests)

    def __bool__(self) -> bool:
        return bool(self.urls or self.creators or self.digests)

    def shares(self, other: "TakenDown") -> bool:
        """Whether both name the same URL, creator or digest."""
        return bool(self.urls & other.urls or self.creators & other.creators or self.digests & other.digests)

    def covers_url(self, url: str) -> bool:
        """Whether nothing may be fetched from this URL."""
        return folded_url(url) in self.urls

    def covers_creator(self, creator: str) -> bool:
        """Whether no picture of this creator may be held."""
        return folded(creator) in self.creators

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


def union(several: Iterable[TakenDown]) -> TakenDown:
    """All of them as one."""
    return reduce(or_, several, TakenDown())


def records_under(root: str) -> list[TakenDown]:
    """What each record under a data root says; what was taken down together stands together."""
    folder, found = records_of(root), []
    for name in filesystem.list_files(folder):
        if name.endswith(INDEX):
            rows = tables.from_table(tables.read_table(filesystem.join(folder, name)), TakenDownRow)
            values = [[row.value for row in rows if row.trait is trait] for trait in Trait]
            found.append(TakenDown.of(*values))
    return found
