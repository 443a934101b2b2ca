"""iNaturalist: photographs of living things by the people who saw them.

Written from the documentation at https://api.inaturalist.org/v1/docs/: at most 200 observations a page and 10,000 a
search, about one request a second. A photo's URL is that of its smallest size; a photo without a license code is
all rights reserved.
"""

import re
from typing import Literal

from pydantic import Field

from storage.records import Candidate
from tasks.crawl.licenses import license_of
from tasks.crawl.sources.ask import Ask, Reply
from tasks.crawl.sources.base import ApiUrl, SearchApi, Shape
from tasks.crawl.sources.paging import Page, ranked
from tasks.crawl.web import Web

_DEPTH = 10_000
_CODES = {
    "by": "cc-by", "by-nc": "cc-by-nc", "by-nc-nd": "cc-by-nc-nd", "by-nc-sa": "cc-by-nc-sa", "by-nd": "cc-by-nd",
    "by-sa": "cc-by-sa", "cc0": "cc0", "gfdl": "gfdl", "pdm": "pd",
}  # fmt: skip
_HOLDER = re.compile(r"\(c\) (.+?), (all|some|no) rights reserved.*", re.IGNORECASE)


class _Photo(Shape):
    url: str | None = None
    license_code: str | None = None
    attribution: str | None = None

    @property
    def license(self) -> str:
        return license_of(self.license_code or "all rights reserved")


class _Taxon(Shape):
    name: str | None = None


class _User(Shape):
    login: str | None = None
    name: str | None = None


class _Observation(Shape):
    uri: str | None = None
    species_guess: str | None = None
    taxon: _Taxon | None = None
    user: _User | None = None
    photos: list[_Photo] | None = None


class _Page(Shape):
    total_results: int = 0
    results: tuple[_Observation, ...] = ()


class INaturalist(SearchApi):
    """The observations of iNaturalist."""

    kind: Literal["inaturalist"] = "inaturalist"
    base_url: ApiUrl = "https://api.inaturalist.org"
    match: Literal["taxon_name", "q"] = Field(
        "taxon_name", description="What a query is: a taxon's scientific or common name, or words anywhere (q)"
    )
    quality_grade: Literal["research", "needs_id", "casual", "any"] = Field(
        "research", description="How sure the community is of what was seen"
    )
    size: Literal["medium", "large", "original"] = Field(
        "large", description="Longer side at most 500 or 1024 pixels, or as uploaded"
    )
    photos: int = Field(1, ge=1, le=20, description="Photos of one observation; they show the same individual")
    page_size: int = Field(200, ge=1, le=200, description="Observations a page")

    async def _page(self, ask: Ask, web: Web, number: int) -> Page[_Observation]:
        wanted = {
            self.match: ask.text, "photos": "true", "per_page": str(self.page_size), "page": str(number + 1),
            "order_by": "id", "order": "asc",  # what is added later moves no page
        }  # fmt: skip
        if self.quality_grade != "any":
            wanted["quality_grade"] = self.quality_grade
        if ask.licenses:
            wanted["photo_license"] = ",".join(sorted(_CODES[one] for one in set(ask.licenses) & set(_CODES)))
        page = self._read(await self._get(web, "/v1/observations", wanted), _Page)
        return Page(page.results, more=(number + 1) * self.page_size < page.total_results)

    def _photos(self, seen: _Observation, ask: Ask) -> list[_Photo]:
        """Its first photos; of an observation with one free photo the others need not be free."""
        photos = [one for one in seen.photos or [] if one.url and (not ask.licenses or one.license in ask.licenses)]
        return photos[: self.photos]

    async def reply(self, ask: Ask, web: Web) -> Reply:
        """Photos of the observations in the order of their numbers; those of one observation share its rank."""
        if ask.licenses and not set(ask.licenses) & set(_CODES):
            return Reply(ask, (), more=False)
        found = await ranked(ask, self.page_size, _DEPTH, lambda number: self._page(ask, web, number))
        offers = [
            _candidate(photo, seen, ask, rank, self.size)
            for rank, seen in found.results
            for photo in self._photos(seen, ask)
        ]
        return Reply(ask, offers, found.more)


def _creator(photo: _Photo, seen: _Observation) -> str:
    holder = _HOLDER.fullmatch(photo.attribution or "")
    user = seen.user or _User()
    return (holder and holder[1]) or user.name or user.login or photo.attribution or ""


def _license_url(license_id: str) -> str:
    if license_id == "cc0":
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    return f"https://creativecommons.org/licenses/{license_id}/4.0/" if license_id.startswith("by") else ""


def _candidate(photo: _Photo, seen: _Observation, ask: Ask, rank: int, size: str) -> Candidate:
    return ask.offer(
        "inaturalist",
        rank,
        re.sub(r"/square(?=\.\w+(\?|$))", f"/{size}", photo.url or ""),
        photo.license,
        _license_url(photo.license),
        title=(seen.taxon and seen.taxon.name) or seen.species_guess,
        creator=_creator(photo, seen),
        landing_url=seen.uri,
    )
