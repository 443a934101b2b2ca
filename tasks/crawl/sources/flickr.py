"""Flickr: what its members upload, by relevance.

Written from the documentation of `flickr.photos.search` and `flickr.photos.licenses.getInfo` at
https://www.flickr.com/services/api/: at most 500 photos a page, the same ones again after the 4,000th, 3,600 requests
an hour for a key, errors under status 200 with `stat: fail`. Which number stands for which license is asked once by
each process, not known here: numbers are added, and one that is added later is a license that nobody allows. The key
is in no error and in no log line.
"""

import os
from functools import cache
from typing import Literal

from pydantic import Field, ValidationError

from storage.errors import BadInput, Unreachable
from storage.fingerprint import NOT_IN_KEY
from storage.records import Candidate
from tasks.crawl.sources.ask import Ask, Reply
from tasks.crawl.sources.base import ApiUrl, SearchApi
from tasks.crawl.sources.flickr_answers import Answer, License, Photo
from tasks.crawl.sources.paging import Page, ranked
from tasks.crawl.web import Answer as HttpAnswer
from tasks.crawl.web import Web

_DEPTH = 4_000
_INVALID_KEY = 100
_AWAY = (10, 105)


@cache
def _held(_base_url: str) -> dict[str, License]:
    """The licenses by their numbers, once they were asked for."""
    return {}


class Flickr(SearchApi):
    """The photo search of Flickr, which wants a key."""

    kind: Literal["flickr"] = "flickr"
    base_url: ApiUrl = "https://api.flickr.com/services/rest/"
    key_variable: str = Field(
        "FLICKR_API_KEY",
        min_length=1,
        description="Environment variable that holds the API key",
        json_schema_extra=NOT_IN_KEY,
    )
    safe_search: Literal["safe", "moderate", "restricted"] = Field("safe", description="The least safe that is found")
    page_size: int = Field(250, ge=1, le=500, description="Results a page")

    def _key(self) -> str:
        if key := os.environ.get(self.key_variable, "").strip():
            return key
        raise BadInput(
            f"flickr wants an API key, and {self.key_variable} is not set",
            f"set {self.key_variable} to your key, or take flickr out of crawl.sources",
        )

    def check(self) -> None:
        """Raises BadInput where there is no key."""
        self._key()

    def status(self, answer: HttpAnswer) -> int:
        """503 where the service or its search is away, which it says in the body."""
        try:
            said = Answer.model_validate_json(answer.body)
        except ValidationError:
            return answer.status
        return 503 if said.stat != "ok" and said.code in _AWAY else answer.status

    async def _call(self, web: Web, method: str, **query: str) -> Answer:
        key = self._key()
        fixed = {"method": f"flickr.photos.{method}", "format": "json", "nojsoncallback": "1", "api_key": key}
        answer = self._read(await self._get(web, "/", {**fixed, **query}), Answer)
        if answer.stat != "ok":
            said = f"{answer.code} {answer.message.replace(key, '(the key)')}"
            mend = f"set {self.key_variable} to a valid key" if answer.code == _INVALID_KEY else "run again later"
            raise Unreachable(f"flickr at {self.base_url} refuses the search: {said}", mend)
        return answer

    async def _licenses(self, web: Web) -> dict[str, License]:
        held = _held(self.base_url)
        if not held:
            answer = await self._call(web, "licenses.getInfo")
            held.update({one.id: one for one in answer.licenses.license})
        return held

    async def _page(self, ask: Ask, web: Web, numbers: str, number: int) -> Page[Photo]:
        answer = await self._call(
            web, "search", text=ask.text, license=numbers, sort="relevance", media="photos", content_types="0",
            safe_search=str(("safe", "moderate", "restricted").index(self.safe_search) + 1),
            extras="license,owner_name,url_l,url_c,url_z,url_m", per_page=str(self.page_size), page=str(number + 1),
        )  # fmt: skip
        return Page(answer.photos.photo, more=number + 1 < answer.photos.pages)

    async def reply(self, ask: Ask, web: Web) -> Reply:
        """Photos by relevance, of the licenses that are asked for."""
        known = await self._licenses(web)
        numbers = sorted(number for number, one in known.items() if not ask.licenses or one.ours in ask.licenses)
        if not numbers:
            return Reply(ask, (), more=False)
        found = await ranked(
            ask, self.page_size, _DEPTH, lambda number: self._page(ask, web, ",".join(numbers), number)
        )
        offers = [
            _candidate(photo, known.get(photo.license or ""), ask, rank) for rank, photo in found.results if photo.url
        ]
        return Reply(ask, offers, found.more)


def _candidate(photo: Photo, stated: License | None, ask: Ask, rank: int) -> Candidate:
    return ask.offer(
        "flickr",
        rank,
        photo.url,
        stated.ours if stated else (photo.license or ""),
        stated.url if stated else None,
        title=photo.title,
        creator=photo.ownername,
        landing_url=f"https://www.flickr.com/photos/{photo.owner}/{photo.id}" if photo.owner and photo.id else "",
    )
