"""Wikimedia Commons: the files that its search finds, as thumbnails of a bounded width.

Written from the documentation of the MediaWiki action API (`generator=search`, `prop=imageinfo`,
`iiprop=extmetadata`), of `continue` and `batchcomplete`: where a page says too much for one answer, its files are told
of in several; and of `maxlag`: a busy server answers an error under status 200. `extmetadata` holds HTML,
any of its fields may be missing, and it is a list where it is empty. Files wider than `width` come scaled, 50
files a request at most.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from storage.errors import Unreachable
from storage.records import Candidate
from tasks.crawl.licenses import agreed
from tasks.crawl.sources.ask import Ask, RefusedQuery, Reply
from tasks.crawl.sources.base import ApiUrl, SearchApi
from tasks.crawl.sources.paging import Page, ranked
from tasks.crawl.sources.wikimedia_answers import Answer, File, Info
from tasks.crawl.web import Answer as HttpAnswer
from tasks.crawl.web import Web

_DEPTH = 10_000  # results of one search; the API looks no deeper
_OF_THE_QUERY = ("cirrussearch-query-too-long", "cirrussearch-parse-error")
_BUSY = ("maxlag", "ratelimited", "readonly")
_MIMES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/x-ms-bmp", "image/tiff")


class Wikimedia(SearchApi):
    """The search of Wikimedia Commons."""

    kind: Literal["wikimedia"] = "wikimedia"
    base_url: ApiUrl = "https://commons.wikimedia.org/w/api.php"
    width: Literal[250, 330, 500, 960, 1280, 1920] = Field(
        960, description="Widest picture that is offered, in pixels; Commons serves these widths and no others"
    )
    page_size: int = Field(50, ge=2, le=50, description="Results a page; of one alone the API tells its whole history")

    def status(self, answer: HttpAnswer) -> int:
        """503 where the server is busy, which it says in a header."""
        return 503 if answer.headers.get("MediaWiki-API-Error", "") in _BUSY else answer.status

    def _wanted(self, ask: Ask, number: int) -> dict[str, str]:
        return {
            "action": "query", "format": "json", "formatversion": "2", "maxlag": "5", "generator": "search",
            "gsrsearch": f"filetype:bitmap {ask.text}", "gsrnamespace": "6", "gsrlimit": str(self.page_size),
            "gsroffset": str(number * self.page_size), "prop": "imageinfo", "iiprop": "url|mime|extmetadata",
            "iiurlwidth": str(self.width), "iiextmetadatalanguage": "en",
            "iiextmetadatafilter": "Artist|License|LicenseShortName|LicenseUrl|ObjectName",
        }  # fmt: skip

    async def _answer(self, ask: Ask, web: Web, number: int, further: Mapping[str, str]) -> Answer:
        answer = self._read(await self._get(web, "", {**self._wanted(ask, number), **further}), Answer)
        if answer.error:
            kind = RefusedQuery if answer.error.code in _OF_THE_QUERY else Unreachable
            raise kind(
                f"wikimedia at {self.base_url} refuses the search: {answer.error.code}",
                "check base_url of the wikimedia source, which ends in api.php",
            )
        return answer

    async def _page(self, ask: Ask, web: Web, number: int) -> Page[File]:
        """One page, through as many answers as the API needs for what it says of its files."""
        files: dict[tuple[str, int], File] = {}
        further: Mapping[str, str] = {}
        while True:
            answer = await self._answer(ask, web, number, further)
            told = {file.place: file for file in answer.query.pages if file.imageinfo or file.place not in files}
            files, further = files | told, answer.further or {}
            silent = any(not file.imageinfo for file in files.values())
            if answer.batchcomplete or not further or not (silent and told):
                break
        in_order = sorted(files.values(), key=lambda file: file.index)  # they come in the order of their numbers
        # While its files have more to be told, the API does not say whether there is another page.
        whole = bool(further) and len(files) >= self.page_size
        return Page(in_order, more="gsroffset" in further if answer.batchcomplete else whole)

    async def reply(self, ask: Ask, web: Web) -> Reply:
        """Files in the search's order; those that are no picture we decode are left out."""
        found = await ranked(ask, self.page_size, _DEPTH, lambda number: self._page(ask, web, number))
        infos = [(rank, file, file.imageinfo[0]) for rank, file in found.results if file.imageinfo]
        offers = [
            _candidate(file, info, ask, rank)
            for rank, file, info in infos
            if (info.thumburl or info.url) and info.mime in _MIMES
        ]
        return Reply(ask, offers, found.more)


def _candidate(file: File, info: Info, ask: Ask, rank: int) -> Candidate:
    return ask.offer(
        "wikimedia",
        rank,
        info.thumburl or info.url or "",
        agreed(info.said("LicenseUrl"), info.said("License"), info.said("LicenseShortName")),
        info.said("LicenseUrl"),
        title=info.said("ObjectName") or file.title.removeprefix("File:"),
        creator=info.said("Artist"),
        landing_url=info.descriptionurl,
    )
