"""One group of hosts: every candidate ends as a picture in the store or as a reason."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from storage.picture_writer import PictureWriter, Roll
from storage.pictures import Origin, PictureStore, StoredPicture
from storage.records import Candidate, Crawled
from tasks.crawl.config import CrawlConfig
from tasks.crawl.fetch import Fetched, check_size, fetch
from tasks.crawl.guard import Refused
from tasks.crawl.limits import Limits
from tasks.crawl.plan import fetched, rejected
from tasks.crawl.politeness import visit_all
from tasks.crawl.robots import Robots
from tasks.crawl.web import open_web

_LOOKS = 4  # at the age of the open segment, within the time that it may reach

OnDone = Callable[[int], None]
"""Told how many more candidates have ended."""


def _row(candidate: Candidate, stored: StoredPicture) -> Crawled:
    return fetched(candidate, stored.digest, stored.size, stored.width, stored.height)


def _held_row(candidate: Candidate, stored: StoredPicture, limits: Limits) -> Crawled:
    """What fetching a held picture again would give, by today's limits."""
    try:
        check_size(stored.size, stored.width, stored.height, limits)
    except Refused as refusal:
        return rejected(candidate, refusal.reason, refusal.detail)
    return _row(candidate, stored)


def _origin(candidate: Candidate) -> Origin:
    return Origin(
        candidate.url, datetime.now(UTC).isoformat(timespec="seconds"), candidate.license, candidate.license_url,
        candidate.creator, candidate.source, candidate.landing_url,
    )  # fmt: skip


class _Keeper:
    """The one writer of a partition, shared by its lanes; segments are written in a thread."""

    def __init__(self, writer: PictureWriter, seconds: float) -> None:
        self._writer = writer
        self._seconds = seconds
        self._one = asyncio.Lock()

    async def _roll_if_due(self) -> None:
        async with self._one:
            if self._writer.due():
                await asyncio.to_thread(self._writer.roll)

    async def keep(self, candidate: Candidate, got: Fetched) -> StoredPicture:
        async with self._one:
            head = got.header
            stored = self._writer.add(got.data, head.width, head.height, head.format, _origin(candidate))
        await self._roll_if_due()
        return stored

    async def watch(self) -> None:
        """Write the open segment when it is old, though nothing new may come."""
        while True:
            await asyncio.sleep(self._seconds / _LOOKS)
            await self._roll_if_due()


@asynccontextmanager
async def _keeper(store: PictureStore, seconds: float) -> AsyncIterator[_Keeper]:
    with PictureWriter(store, Roll(seconds=seconds)) as writer:
        keeper = _Keeper(writer, seconds)
        watching = asyncio.create_task(keeper.watch())
        try:
            yield keeper
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


async def _fetch_all(
    candidates: Sequence[Candidate], store: PictureStore, config: CrawlConfig, on_done: OnDone
) -> list[Crawled]:
    rows: list[Crawled] = []

    def note(row: Crawled) -> None:
        rows.append(row)
        on_done(1)

    async with open_web(config, "image/*") as web, _keeper(store, config.pace.segment_seconds) as keeper:
        robots = Robots(web)
        with ThreadPoolExecutor(config.pace.decoders) as decoders:

            async def visit(candidate: Candidate) -> None:
                got = await fetch(candidate.url, web, robots, config.limits, decoders)
                note(_row(candidate, await keeper.keep(candidate, got)))

            def reject(candidate: Candidate, refusal: Refused) -> None:
                note(rejected(candidate, refusal.reason, refusal.detail))

            await visit_all(candidates, config.pace, config.limits.max_pause_seconds, visit, reject)
    return rows


def fetch_partition(
    candidates: Sequence[Candidate], root: str, config: CrawlConfig, on_done: OnDone = lambda _: None
) -> list[Crawled]:
    """One row for each of the candidates, sorted by key; what the store under `root` holds is not fetched.

    The candidates have different URLs, as `plan.merge` leaves them.
    """
    store = PictureStore(root)
    held = store.find_many(candidate.url for candidate in candidates)
    rows = [
        _held_row(candidate, held[candidate.url], config.limits) for candidate in candidates if candidate.url in held
    ]
    missing = [candidate for candidate in candidates if candidate.url not in held]
    on_done(len(rows))
    if missing:
        rows += asyncio.run(_fetch_all(missing, store, config, on_done))
    return sorted(rows, key=lambda row: row.key)
