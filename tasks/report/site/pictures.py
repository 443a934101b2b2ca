"""The site's pictures: what they are found and sorted by in one small file, all else packed in chunks.

The page asks for a chunk when one of its pictures comes near the view, so a site of any size opens as fast.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from math import isfinite
from typing import Any, TypeVar

from storage.records import Crawled, Decision, ShardEntry
from tasks.report.samples import Album, web_link
from tasks.report.site.choose import ORDER, way
from tasks.report.site.nearness import Limits, nearness
from tasks.report.site.scripts import columns
from vision.loader import cores, in_order

Item = TypeVar("Item")
Made = TypeVar("Made")

CHUNK = 40
"""Pictures a file: some 200 kB, of which a page of the gallery needs a few."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a picture is found and sorted by; `neighbor`, `reason`, `source` and `license` are places in lists."""

    key: str
    neighbor: int
    reason: int
    source: int
    license: int
    similarity: float
    agreement: float
    centrality: float
    margin: float
    nearness: float | None


@dataclass(frozen=True, slots=True)
class Card:
    """All else of a picture: itself and the picture that it copies as data URIs, empty where none can be shown.

    `page` and `license_page` are http(s) addresses, or empty. `shard` is the place of its tar, where it is packed.
    """

    image: str
    twin: str
    title: str
    creator: str
    page: str
    license_page: str
    url: str
    query: str
    digest: str
    width: int
    height: int
    detail: str
    copy_of: str
    copy_score: float
    rival: str
    name_rank: float | None
    scores: Mapping[str, float]
    shard: str
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a run that its pictures are told from; `crawled` and `packed` by (key, neighbor)."""

    crawled: Mapping[tuple[str, str], Crawled]
    packed: Mapping[tuple[str, str], ShardEntry]
    limits: Limits
    album: Album


def card(decision: Decision, rows: Rows) -> Card:
    """What is told of one picture; its bytes are read for this alone, and not held."""
    at = decision.key, decision.neighbor
    row, packed = rows.crawled[at], rows.packed.get(at)
    return Card(
        image=rows.album.image(decision),
        twin=rows.album.twin(decision) if decision.copy_of else "",
        title=row.title, creator=row.creator, page=web_link(row.landing_url) or web_link(row.url),
        license_page=web_link(row.license_url), url=row.url, query=row.query, digest=decision.digest,
        width=row.width, height=row.height, detail=decision.detail, copy_of=decision.copy_of,
        copy_score=round(decision.copy_score, 3), rival=decision.rival, name_rank=decision.name_rank,
        scores={
            name: round(score, 3)
            for name, score in zip(decision.scorers, decision.scores, strict=True)
            if isfinite(score)
        },
        shard=packed.shard if packed else "", offset=packed.offset if packed else 0,
        size=packed.size if packed else 0,
    )  # fmt: skip


def whole(rows: Rows, decision: Decision) -> dict[str, Any]:
    """A picture's card, as the page takes it."""
    return asdict(card(decision, rows))


def in_chunks(work: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[list[Made]]:
    """What `work` makes of CHUNK items after another, by a thread a core; no more than two chunks are held at once."""
    made = in_order(work, items, cores(), CHUNK)
    while chunk := list(islice(made, CHUNK)):
        yield chunk


def _places(values: Iterable[str]) -> dict[str, int]:
    return {value: place for place, value in enumerate(sorted(set(values)))}


def found(decisions: Sequence[Decision], rows: Rows) -> dict[str, Any]:
    """The columns of Found in the decisions' order, the lists that its places are of, and the places of copies."""
    crawled = [rows.crawled[one.key, one.neighbor] for one in decisions]
    neighbors, sources, licenses = (
        _places(getattr(row, name) for row in crawled) for name in ("neighbor", "source", "license")
    )

    def one(decision: Decision, row: Crawled) -> Found:
        near = nearness(decision, rows.limits)
        return Found(
            decision.key, neighbors[decision.neighbor], ORDER.index(way(decision)), sources[row.source],
            licenses[row.license], round(decision.similarity, 3), round(decision.agreement, 3),
            round(decision.centrality, 3), round(decision.margin, 3), None if near is None else round(near, 4),
        )  # fmt: skip

    held = [one(decision, row) for decision, row in zip(decisions, crawled, strict=True)]
    return {
        "chunk": CHUNK, "ways": list(ORDER), "neighbors": list(neighbors), "sources": list(sources),
        "licenses": list(licenses), "copies": [place for place, one in enumerate(decisions) if one.copy_of],
        "columns": columns(held, Found),
    }  # fmt: skip
