"""Pictures that lie on disk already, offered under `file:` addresses that this section alone reads."""

import asyncio
from itertools import islice
from pathlib import Path
from typing import Literal

from pydantic import Field

from storage.errors import BadInput
from storage.records import Candidate
from storage.section import Section
from tasks.crawl.licenses import StatedLicense
from tasks.crawl.sources.base import Ask
from tasks.crawl.sources.pool import Pool
from tasks.crawl.web import Web


class Local(Section):
    """`root/<category>/**/*.jpg`, and `root/*.tar` whose samples say a category or a caption.

    `root` is in the key, because the addresses of what is offered hold it.
    """

    kind: Literal["local"] = "local"
    name: str = Field("local", min_length=1, description="What its candidates say they come from")
    root: str = Field(min_length=1, description="Folder of the pool; nothing outside it is ever read")
    license: StatedLicense = Field("", description="License id of every picture; empty: unknown")
    creator: str = Field("", description="Who made the pictures")
    category_field: str = Field("category", description="Field of a tar sample's .json that names its category")
    caption_field: str = Field("caption", description="Field of it that describes the picture; a .txt does so too")

    def _pool(self) -> Pool:
        return Pool(Path(self.root).resolve(), self.category_field, self.caption_field)

    def _pool_there(self) -> Pool:
        if not Path(self.root).is_dir():
            raise BadInput(f"{self.root}: there is no such folder", "correct `root` of the local source")
        return self._pool()

    def content(self) -> str:
        """A digest of what the pool holds; a picture that is overwritten by one of the same size changes nothing."""
        return self._pool_there().content()

    def read(self, url: str, cap: int) -> bytes:
        """The picture behind an address that this section offered; Refused for any other.

        BAD_URL where it is none of the pool's or a link leads out of it, TOO_LARGE over `cap` bytes, BAD_STATUS
        where it is gone.
        """
        return self._pool().read(url, cap)

    def _candidates(self, ask: Ask) -> list[Candidate]:
        places = islice(self._pool_there().places(ask), ask.skip, ask.skip + ask.limit)
        return [self._candidate(url, title, ask, rank) for rank, (url, title) in enumerate(places, ask.skip)]

    async def candidates(self, ask: Ask, _web: Web) -> list[Candidate]:
        """The pictures that answer, folders before tars; BadInput where the pool is missing or a tar is broken."""
        return await asyncio.to_thread(self._candidates, ask)

    def _candidate(self, url: str, title: str, ask: Ask, rank: int) -> Candidate:
        return Candidate(
            url=url,
            neighbor=ask.neighbor,
            query=ask.text,
            rank=rank,
            source=self.name,
            title=title,
            creator=self.creator,
            license=self.license,
            license_url="",
            landing_url="",
        )
