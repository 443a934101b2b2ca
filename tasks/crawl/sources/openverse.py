"""Openverse: openly licensed pictures of many collections behind one search.

Written from the documentation at https://api.openverse.org/v1/: without a key at most 20
results a page and 240 a query; every field but `license` may be missing.
"""

from typing import Literal

from pydantic import Field

from storage.records import Candidate
from tasks.crawl.licenses import license_of
from tasks.crawl.sources.ask import Ask, Reply
from tasks.crawl.sources.base import ApiUrl, SearchApi, Shape
from tasks.crawl.sources.paging import Page, ranked
from tasks.crawl.web import Web

_LICENSES = {
    "by", "by-nc", "by-nc-nd", "by-nc-sa", "by-nd", "by-sa", "cc0", "nc-sampling+", "pdm", "sampling+",
}  # fmt: skip
"""The license ids that the API knows; it refuses a query that names another."""


class _Result(Shape):
    url: str | None = None
    title: str | None = None
    creator: str | None = None
    license: str | None = None
    license_url: str | None = None
    foreign_landing_url: str | None = None


class _Page(Shape):
    page_count: int = 0
    results: tuple[_Result, ...] = ()


class Openverse(SearchApi):
    """The Openverse image search."""

    kind: Literal["openverse"] = "openverse"
    base_url: ApiUrl = "https://api.openverse.org"
    page_size: int = Field(20, ge=1, le=500, description="Results a page; above 20 the API wants a key")
    max_pages: int = Field(12, ge=1, le=100, description="Pages a query; the API ends after 240 results without a key")

    async def _page(self, ask: Ask, web: Web, number: int) -> Page[_Result]:
        wanted = {"q": ask.text, "page": str(number + 1), "page_size": str(self.page_size)}
        if ask.licenses:
            wanted["license"] = ",".join(sorted(set(ask.licenses) & _LICENSES))
        answer = await self._get(web, "/v1/images/", wanted)
        if answer.status != 200 and number > 0:
            return Page((), more=False)  # deeper than the API lets this caller look
        page = self._read(answer, _Page)
        return Page(page.results, more=number + 1 < page.page_count)

    async def reply(self, ask: Ask, web: Web) -> Reply:
        """Results in the API's order, page after page, until the limit or the last page."""
        if ask.licenses and not set(ask.licenses) & _LICENSES:
            return Reply(ask, (), more=False)
        depth = self.page_size * self.max_pages
        found = await ranked(ask, self.page_size, depth, lambda number: self._page(ask, web, number))
        offers = [_candidate(result, ask, rank) for rank, result in found.results if result.url]
        return Reply(ask, offers, found.more)


def _candidate(result: _Result, ask: Ask, rank: int) -> Candidate:
    return ask.offer(
        "openverse",
        rank,
        result.url or "",
        license_of(result.license or ""),
        result.license_url,
        title=result.title,
        creator=result.creator,
        landing_url=result.foreign_landing_url,
    )
