"""Openverse: openly licensed pictures of many collections behind one search.

Written from the documentation at https://api.openverse.org/v1/: without a key at most 20
results a page and 240 a query; every field but `license` may be missing.
"""

from typing import Literal
from urllib.parse import urlencode

from pydantic import BaseModel, Field, ValidationError

from storage.errors import Unreachable
from storage.fingerprint import NOT_IN_KEY
from storage.records import Candidate
from storage.section import Section
from tasks.crawl.sources.base import Ask, ask_api
from tasks.crawl.web import Answer, Web

LICENSES = (
    "by", "by-nc", "by-nc-nd", "by-nc-sa", "by-nd", "by-sa", "cc0", "nc-sampling+", "pdm", "sampling+",
)  # fmt: skip
"""The license ids that the API knows; it refuses a query that names another."""


class _Result(BaseModel):
    url: str | None = None
    title: str | None = None
    creator: str | None = None
    license: str | None = None
    license_url: str | None = None
    foreign_landing_url: str | None = None


class _Page(BaseModel):
    page_count: int = 0
    results: list[_Result] = []


class Openverse(Section):
    """The Openverse image search."""

    kind: Literal["openverse"] = "openverse"
    base_url: str = Field("https://api.openverse.org", pattern=r"^https?://\S+$", description="Where the API answers")
    page_size: int = Field(20, ge=1, le=500, description="Results a page; above 20 the API wants a key")
    max_pages: int = Field(12, ge=1, le=100, description="Pages a query; the API ends after 240 results without a key")
    pause_seconds: float = Field(
        1.0, ge=0, le=60, description="Between two requests of this process", json_schema_extra=NOT_IN_KEY
    )

    def _url(self, ask: Ask, page: int) -> str:
        wanted = {"q": ask.text, "page": str(page), "page_size": str(self.page_size)}
        if ask.licenses:
            wanted["license"] = ",".join(sorted(set(ask.licenses) & set(LICENSES)))
        return f"{self.base_url.rstrip('/')}/v1/images/?{urlencode(wanted)}"

    def _parse(self, answer: Answer, page: int) -> _Page:
        if answer.status != 200 and page > 1:
            return _Page()  # deeper than the API lets this caller look
        if answer.status != 200:
            raise Unreachable(
                f"openverse at {self.base_url} refuses the search: status {answer.status}",
                "check base_url and page_size (at most 20 without a key) of the openverse source",
            )
        try:
            return _Page.model_validate_json(answer.body)
        except ValidationError as error:
            raise Unreachable(
                f"openverse at {self.base_url} gives no search result: {error.errors()[0]['msg']}",
                "check base_url of the openverse source",
            ) from error

    async def candidates(self, ask: Ask, web: Web) -> list[Candidate]:
        """Results in the API's order, page after page, until the limit or the last page."""
        found: list[Candidate] = []
        if ask.licenses and not set(ask.licenses) & set(LICENSES):
            return found
        for page in range(1, self.max_pages + 1):
            answer = self._parse(await ask_api(web, self._url(ask, page), self.base_url, self.pause_seconds), page)
            for result in answer.results:
                if result.url and len(found) < ask.limit:
                    found.append(_candidate(result, ask, len(found)))
            if page >= answer.page_count or len(found) >= ask.limit:
                break
        return found


def _candidate(result: _Result, ask: Ask, rank: int) -> Candidate:
    return Candidate(
        url=result.url or "",
        neighbor=ask.neighbor,
        query=ask.text,
        rank=rank,
        source="openverse",
        title=result.title or "",
        creator=result.creator or "",
        license=(result.license or "").lower(),
        license_url=result.license_url or "",
        landing_url=result.foreign_landing_url or "",
    )
