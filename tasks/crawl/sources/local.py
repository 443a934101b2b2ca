"""Pictures that lie on disk already, offered under `file:` addresses that this section alone reads."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from storage.errors import BadInput
from storage.records import Candidate
from storage.section import Section
from tasks.crawl.licenses import StatedLicense
from tasks.crawl.sources.ask import Ask, Reply
from tasks.crawl.sources.pool import Pool
from tasks.crawl.sources.windows import Windows
from tasks.crawl.web import Web


class Local(Section):
    """`root/<category>/**/*.jpg`, and `root/*.tar` whose samples say a category or a caption.

    `root` is in the key, because the addresses of what is offered hold it.
    """

    kind: Literal["local"] = "local"
    name: str = Field("local", pattern=r"^[\w.-]+$", description="What its candidates say they come from")
    root: str = Field(min_length=1, description="Folder of the pool; nothing outside it is ever read")
    license: StatedLicense = Field("", description="License id of every picture; empty: unknown")
    creator: str = Field("", description="Who made the pictures")
    category_field: str = Field("category", description="Field of a tar sample's .json that names its category")
    caption_field: str = Field("caption", description="Field of it that describes the picture; a .txt does so too")

    def _pool(self) -> Pool:
        return Pool(Path(self.root).resolve(), self.category_field, self.caption_field)

    def _pool_there(self) -> Pool:
        if not os.path.isdir(self.root):
            raise BadInput(f"{self.root}: there is no such folder", "correct `root` of the local source")
        return self._pool()

    def check(self) -> None:
        """Raises BadInput where there is no such folder."""
        self._pool_there()

    def content(self) -> str:
        """A digest of what the pool holds; a picture that is overwritten by one of the same size changes nothing."""
        return self._pool_there().content()

    def read(self, url: str, cap: int) -> bytes:
        """The picture behind an address that this section offered; Refused for any other.

        BAD_URL where it is none of the pool's or a link leads out of it, TOO_LARGE over `cap` bytes, BAD_STATUS
        where it is gone.
        """
        return self._pool().read(url, cap)

    def _replies(self, asks: Sequence[Ask]) -> list[Reply]:
        windows = Windows(asks)
        offers: list[list[Candidate]] = [[] for _ in asks]
        for index, places in self._pool_there().places(asks):
            offers[index] += [
                asks[index].offer(self.name, rank, url, self.license, title=title, creator=self.creator)
                for rank, (url, title) in windows.take(index, places)
            ]
        return [Reply(ask, offers[index], windows.more(index)) for index, ask in enumerate(asks)]

    async def answers(self, asks: Sequence[Ask], _web: Web) -> AsyncIterator[Reply]:
        """The pictures that answer, folders before tars; BadInput where the pool is missing or a tar is broken."""
        for reply in await asyncio.to_thread(self._replies, asks):
            yield reply
