"""GBIF: pictures that museums, herbaria and observers publish with their records of species.

Written from the documentation of the occurrence search at https://techdocs.gbif.org/: at most 300 records a page, none
beyond the 100,000th. The license of a picture is free text of its publisher, and not that of its record, so nothing is
asked for by license. Pictures are fetched from their publishers, never from GBIF's own image cache.
"""

from typing import Literal

from pydantic import Field

from storage.records import Candidate
from tasks.crawl.licenses import license_of
from tasks.crawl.sources.ask import Ask, Reply
from tasks.crawl.sources.base import ApiUrl, SearchApi, Shape
from tasks.crawl.sources.paging import Page, ranked
from tasks.crawl.web import Web

_DEPTH = 100_000


class _Medium(Shape):
    type: str | None = None
    format: str | None = None
    identifier: str | None = None
    title: str | None = None
    license: str | None = None
    creator: str | None = None
    rightsHolder: str | None = None  # noqa: N815 - as GBIF spells it
    references: str | None = None

    @property
    def usable(self) -> bool:
        """Whether it is a picture with an address on the web; identifiers may be of any kind."""
        still = self.type == "StillImage" or (not self.type and (self.format or "").startswith("image/"))
        return still and (self.identifier or "").startswith(("http://", "https://"))


class _Record(Shape):
    key: str | None = None
    scientificName: str | None = None  # noqa: N815 - as GBIF spells it
    media: list[_Medium] | None = None


class _Page(Shape):
    endOfRecords: bool = True  # noqa: N815 - as GBIF spells it
    results: tuple[_Record, ...] = ()


class Gbif(SearchApi):
    """The occurrence search of GBIF."""

    kind: Literal["gbif"] = "gbif"
    base_url: ApiUrl = "https://api.gbif.org"
    match: Literal["scientificName", "q"] = Field(
        "scientificName", description="What a query is: a scientific name, with all that it includes, or words (q)"
    )
    photos: int = Field(1, ge=1, le=20, description="Pictures of one record; they show the same specimen")
    page_size: int = Field(300, ge=1, le=300, description="Records a page")

    async def _page(self, ask: Ask, web: Web, number: int) -> Page[_Record]:
        wanted = {
            self.match: ask.text, "mediaType": "StillImage", "limit": str(self.page_size),
            "offset": str(number * self.page_size),
        }  # fmt: skip
        page = self._read(await self._get(web, "/v1/occurrence/search", wanted), _Page)
        return Page(page.results, more=not page.endOfRecords)

    async def reply(self, ask: Ask, web: Web) -> Reply:
        """Pictures of the records in the API's order; those of one record share its rank."""
        found = await ranked(ask, self.page_size, _DEPTH, lambda number: self._page(ask, web, number))
        offers = [
            _candidate(medium, record, ask, rank)
            for rank, record in found.results
            for medium in _allowed_first(record, ask)[: self.photos]
        ]
        return Reply(ask, offers, found.more)


def _allowed_first(record: _Record, ask: Ask) -> list[_Medium]:
    usable = [medium for medium in record.media or [] if medium.usable]
    return sorted(
        usable, key=lambda medium: bool(ask.licenses) and license_of(medium.license or "") not in ask.licenses
    )


def _candidate(medium: _Medium, record: _Record, ask: Ask, rank: int) -> Candidate:
    stated = medium.license or ""
    return ask.offer(
        "gbif",
        rank,
        medium.identifier or "",
        license_of(stated),
        stated if stated.startswith(("http://", "https://")) else "",
        title=medium.title or record.scientificName,
        creator=medium.creator or medium.rightsHolder,
        landing_url=medium.references or (record.key and f"https://www.gbif.org/occurrence/{record.key}"),
    )
