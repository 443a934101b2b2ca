"""Wikimedia Commons: the files that its search finds, as thumbnails of a bounded width.

Written from the documentation of the MediaWiki action API (`generator=search`, `prop=imageinfo`,
`iiprop=extmetadata`) and of `maxlag`: a busy server answers an error under status 200. `extmetadata` holds HTML,
any of its fields may be missing, and it is a list where it is empty. Files wider than `width` come scaled, 50
files a request at most.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from storage.errors import Unreachable
from storage.records import Candidate
from tasks.crawl.licenses import agreed
from tasks.crawl.sources.base import Ask, SearchApi, Shape
from tasks.crawl.sources.markup import plain_text
from tasks.crawl.sources.paging import Page, ranked
from tasks.crawl.web import Web

_DEPTH = 10_000  # results of one search; the API looks no deeper
_MIMES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/x-ms-bmp", "image/tiff")


class _Value(Shape):
    value: str | None = None


class _Info(Shape):
    url: str | None = None
    thumburl: str | None = None
    descriptionurl: str | None = None
    mime: str | None = None
    extmetadata: dict[str, _Value] | list[None] | None = None

    def said(self, field: str) -> str:
        """The text of a field of its metadata, empty where there is none."""
        fields = self.extmetadata if isinstance(self.extmetadata, dict) else {}
        return plain_text(fields[field].value or "") if field in fields else ""


class _File(Shape):
    index: int = 0
    title: str = ""
    imageinfo: list[_Info] | None = None


class _Query(Shape):
    pages: tuple[_File, ...] = ()


class _Error(Shape):
    code: str = ""


class _Answer(Shape):
    query: _Query = _Query()
    error: _Error | None = None
    further: Mapping[str, str] | None = Field(None, alias="continue")


class Wikimedia(SearchApi):
    """The search of Wikimedia Commons."""

    kind: Literal["wikimedia"] = "wikimedia"
    base_url: str = Field(
        "https://commons.wikimedia.org/w/api.php", pattern=r"^https?://\S+$", description="Where the API answers"
    )
    width: Literal[250, 330, 500, 960, 1280, 1920] = Field(
        960, description="Widest picture that is offered, in pixels; Commons serves these widths and no others"
    )
    page_size: int = Field(50, ge=1, le=50, description="Results a page")

    def _wanted(self, ask: Ask, number: int) -> dict[str, str]:
        return {
            "action": "query", "format": "json", "formatversion": "2", "maxlag": "5", "generator": "search",
            "gsrsearch": f"filetype:bitmap {ask.text}", "gsrnamespace": "6", "gsrlimit": str(self.page_size),
            "gsroffset": str(number * self.page_size), "prop": "imageinfo", "iiprop": "url|mime|extmetadata",
            "iiurlwidth": str(self.width), "iiextmetadatalanguage": "en",
            "iiextmetadatafilter": "Artist|License|LicenseShortName|LicenseUrl|ObjectName",
        }  # fmt: skip

    async def _page(self, ask: Ask, web: Web, number: int) -> Page[_File]:
        answer = self._read(await self._get(web, "", self._wanted(ask, number)), _Answer)
        if answer.error:
            raise Unreachable(
                f"wikimedia at {self.base_url} refuses the search: {answer.error.code}",
                "check base_url of the wikimedia source, which ends in api.php",
            )
        files = sorted(answer.query.pages, key=lambda file: file.index)  # they come in the order of their numbers
        return Page(files, more="gsroffset" in (answer.further or {}))

    async def candidates(self, ask: Ask, web: Web) -> list[Candidate]:
        """Files in the search's order; those that are no picture we decode are left out."""
        found = await ranked(ask, self.page_size, _DEPTH, lambda number: self._page(ask, web, number))
        infos = [(rank, file, file.imageinfo[0]) for rank, file in found if file.imageinfo]
        return [
            _candidate(file, info, ask, rank)
            for rank, file, info in infos
            if (info.thumburl or info.url) and info.mime in _MIMES
        ]


def _candidate(file: _File, info: _Info, ask: Ask, rank: int) -> Candidate:
    return Candidate(
        url=info.thumburl or info.url or "",
        neighbor=ask.neighbor,
        query=ask.text,
        rank=rank,
        source="wikimedia",
        title=info.said("ObjectName") or file.title.removeprefix("File:"),
        creator=info.said("Artist"),
        license=agreed(info.said("LicenseUrl"), info.said("License"), info.said("LicenseShortName")),
        license_url=info.said("LicenseUrl"),
        landing_url=info.descriptionurl or "",
    )
