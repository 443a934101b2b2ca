"""A visit to one candidate: asked for, checked, stored; what all visits of a partition share."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from storage.pictures import StoredPicture
from storage.records import Candidate, Crawled, FetchReason, Redirected
from tasks.crawl.fetch import check_picture, fetch
from tasks.crawl.guard import Refused
from tasks.crawl.keeper import Keeper
from tasks.crawl.limits import Limits
from tasks.crawl.plan import fetched, host_asked, redirected, rejected, url_asked
from tasks.crawl.robots import Robots
from tasks.crawl.sources.local import Local
from tasks.crawl.web import Elsewhere, Web
from vision.decoders import Decoders

OnRows = Callable[[Sequence[Crawled], bool], None]
"""Told of rows as they come about, and whether they were known without asking."""


def row_of(candidate: Candidate, stored: StoredPicture) -> Crawled:
    """The row of a candidate whose picture is held."""
    return fetched(candidate, stored.digest, stored.size, stored.width, stored.height)


@dataclass(slots=True)
class Visits:
    """The visits of one partition, and what has come of them."""

    web: Web
    robots: Robots
    decoders: Decoders
    keeper: Keeper
    limits: Limits
    pools: Mapping[str, Local]
    on_rows: OnRows
    rows: list[Crawled] = field(default_factory=list)
    moved: list[Redirected] = field(default_factory=list)

    def _note(self, row: Crawled) -> None:
        self.rows.append(row)
        self.on_rows([row], False)

    def reject(self, candidate: Candidate, refusal: Refused) -> None:
        """Take note of a candidate that brought no picture."""
        self._note(rejected(candidate, refusal.reason, refusal.detail))

    async def consent(self, candidate: Candidate) -> float:
        """The seconds that the candidate's host wants until the next request; raises Refused or Throttled."""
        self.keeper.check(candidate)
        if candidate.source in self.pools:
            return 0
        delay = await self.robots.check(self.web.check(url_asked(candidate)))
        if delay > self.limits.max_pause_seconds:
            raise Refused(FetchReason.ROBOTS, f"robots.txt wants {delay:g} s between requests")
        return delay

    async def _bring(self, candidate: Candidate, turn: AsyncExitStack) -> bytes | Elsewhere:
        # A file is read for the pool alone that offered it, never because a URL of the web says so.
        if pool := self.pools.get(candidate.source):
            return await asyncio.to_thread(pool.read, candidate.url, self.limits.max_bytes)
        return await fetch(candidate, self.web, turn, self.limits)

    def _follow(self, candidate: Candidate, there: Elsewhere) -> Redirected | None:
        """What the same host is to be asked next; what another one has is left to whoever asks that."""
        further = redirected(candidate, there.url, there.hops)
        if host_asked(further) == host_asked(candidate):
            return further
        self.moved.append(further)
        return None

    async def visit(self, candidate: Candidate) -> Redirected | None:
        """Ask once for a candidate and keep it, or see where it is; raises Refused or Throttled."""
        async with AsyncExitStack() as turn:
            found = await self._bring(candidate, turn)
            if isinstance(found, Elsewhere):
                return self._follow(candidate, found)
            got = await check_picture(found, self.limits, self.decoders)
            self._note(row_of(candidate, await self.keeper.keep(candidate, got)))
        return None
