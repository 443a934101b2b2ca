"""The one writer of a fetch partition: pictures into the store, by whichever visit brings them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from storage.picture_writer import PictureWriter, Roll
from storage.pictures import Origin, PictureStore, StoredPicture, digest_of
from storage.records import Candidate, FetchReason
from storage.takedown import Sighting, TakenDown
from tasks.crawl.fetch import Fetched
from tasks.crawl.guard import Refused
from tasks.crawl.plan import url_asked

_LOOKS = 4  # at the age of the open segment, within the time that it may reach


def _origin(candidate: Candidate) -> Origin:
    return Origin(
        candidate.url, datetime.now(UTC).isoformat(timespec="seconds"), candidate.license, candidate.license_url,
        candidate.creator, candidate.source, candidate.landing_url,
    )  # fmt: skip


def check_taken_down(candidate: Candidate, taken: TakenDown, *digests: str) -> None:
    """Raises Refused(TAKEN_DOWN) where the candidate, or its bytes, must not be held."""
    seen = Sighting(candidate.url, candidate.creator, frozenset(digests))
    if taken.covers(seen) or taken.covers_url(url_asked(candidate)):
        raise Refused(FetchReason.TAKEN_DOWN)


class Keeper:
    """Stores pictures; segments are written in a thread."""

    def __init__(self, writer: PictureWriter, taken: TakenDown, form: str) -> None:
        self._writer = writer
        self._taken = taken
        self._form = form
        self._one = asyncio.Lock()
        self.watched: asyncio.Task[None] | None = None

    def check(self, candidate: Candidate) -> None:
        """Raises Refused(TAKEN_DOWN) where the candidate, or where it is asked for next, must not be held."""
        check_taken_down(candidate, self._taken)

    async def roll_if_due(self) -> None:
        """Write the open segment if it is full or old."""
        async with self._one:
            if self._writer.due():
                await asyncio.to_thread(self._writer.roll)

    async def keep(self, candidate: Candidate, got: Fetched) -> StoredPicture:
        """Store what was fetched; raises Refused(TAKEN_DOWN) where these bytes must not be held.

        Where a segment could not be written meanwhile, raises what `watched` has raised.
        """
        if self.watched and self.watched.done():
            self.watched.result()
        check_taken_down(candidate, self._taken, got.original, digest_of(got.data))
        head = got.header
        async with self._one:
            stored = self._writer.add(
                got.data, head.width, head.height, head.format, _origin(candidate), got.original, self._form
            )
        await self.roll_if_due()
        return stored


async def _watch(keeper: Keeper, seconds: float, over: asyncio.Event) -> None:
    """Write the open segment when it is old, though nothing new may come."""
    while not over.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), seconds / _LOOKS)
        await keeper.roll_if_due()


@asynccontextmanager
async def open_keeper(store: PictureStore, taken: TakenDown, form: str, seconds: float) -> AsyncIterator[Keeper]:
    """A keeper that loses at most pictures of this age in a kill, and none at the end of the context."""
    with PictureWriter(store, Roll(seconds=seconds)) as writer:
        keeper = Keeper(writer, taken, form)
        over = asyncio.Event()
        watching = keeper.watched = asyncio.create_task(_watch(keeper, seconds, over))
        try:
            yield keeper
        finally:
            over.set()
            await watching  # never cancelled: a segment may be half written
