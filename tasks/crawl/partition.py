"""One group of hosts: every candidate ends as a picture in the store, as a reason, or at another host."""

import asyncio
from collections.abc import Collection, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from storage.errors import ExtrapolationError
from storage.pictures import PictureStore, StoredPicture
from storage.records import Candidate, Crawled, Redirected
from storage.takedown import TakenDown
from tasks.crawl.config import CrawlConfig
from tasks.crawl.fetch import check_size
from tasks.crawl.guard import Refused
from tasks.crawl.keeper import check_taken_down, open_keeper
from tasks.crawl.limits import Limits
from tasks.crawl.plan import host_asked, rejected
from tasks.crawl.politeness import visit_all
from tasks.crawl.robots import Robots
from tasks.crawl.sources.local import Local
from tasks.crawl.visit import OnRows, Visits, row_of
from tasks.crawl.web import open_web
from vision.decoders import Decoders
from vision.verdict import Task

_THREADS = 32

Outcome = tuple[list[Crawled], list[Redirected]]
"""One row for every candidate that has ended, and those that another host has; both sorted by key."""


def _form(config: CrawlConfig) -> str:
    """How pictures are held, as the store tells them apart: empty for the bytes that came."""
    return config.keep.model_dump_json() if config.keep else ""


def _decoders(config: CrawlConfig) -> Decoders:
    limits = config.limits
    task = Task(
        max_pixels=limits.max_pixels, min_side=limits.min_side, keep=config.keep.size if config.keep else None,
        memory_mb=limits.decode_memory_mb, seconds=limits.decode_seconds,
    )  # fmt: skip
    return Decoders(config.pace.decoders, task)


def _settled(candidate: Candidate, stored: StoredPicture | None, taken: TakenDown, limits: Limits) -> Crawled | None:
    """What is known without asking: fetching a held picture again would give the same, by today's limits."""
    try:
        check_taken_down(candidate, taken)
        if stored is None:
            return None
        if not stored.form:  # else its size says nothing of what came
            check_size(stored.size, stored.width, stored.height, limits)
    except Refused as refusal:
        return rejected(candidate, refusal.reason, refusal.detail)
    return row_of(candidate, stored)


async def _fetch_all(
    candidates: Sequence[Candidate], alive: Collection[str], store: PictureStore, taken: TakenDown,
    config: CrawlConfig, on_rows: OnRows,
) -> Outcome:  # fmt: skip
    # Names are looked up and segments written in threads: a few dead name servers must not hold up the rest.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
    pools = {source.name: source for source in config.sources if isinstance(source, Local)}
    limits, pace = config.limits, config.pace
    async with (
        open_web(config, "image/*") as web,
        open_keeper(store, taken, _form(config), pace.segment_seconds) as keeper,
        _decoders(config) as decoders,
    ):
        visits = Visits(web, Robots(web, limits.deadline_seconds), decoders, keeper, limits, pools, on_rows)
        await visit_all(candidates, alive, pace, limits.max_pause_seconds, visits)
    return visits.rows, visits.moved


def _run(work: Coroutine[None, None, Outcome]) -> Outcome:
    """What comes of it; an error that stops the stage comes out of its group, for its problem and mend to be read."""
    try:
        return asyncio.run(work)
    except ExceptionGroup as group:
        known: BaseException | None = group.subgroup(ExtrapolationError)
        while isinstance(known, BaseExceptionGroup):
            known = known.exceptions[0]
        if known is None:
            raise
        raise known from group


def fetch_partition(
    candidates: Sequence[Candidate], root: str, config: CrawlConfig, on_rows: OnRows = lambda *_: None
) -> Outcome:
    """One row for each of the candidates, or the other host that has it; what the store holds is not fetched.

    The candidates have different URLs, as `plan.merge` leaves them. `root` is the data root.
    """
    store, taken = PictureStore(root), TakenDown.load(root)
    held = store.find_many((candidate.url for candidate in candidates), _form(config))
    settled = [_settled(candidate, held.get(candidate.url), taken, config.limits) for candidate in candidates]
    rows = [row for row in settled if row]
    missing = [candidate for candidate, row in zip(candidates, settled, strict=True) if row is None]
    on_rows(rows, True)
    moved: list[Redirected] = []
    if missing:
        alive = {host_asked(candidate) for candidate in candidates if candidate.url in held}
        brought, moved = _run(_fetch_all(missing, alive, store, taken, config, on_rows))
        rows += brought
    return sorted(rows, key=lambda row: row.key), sorted(moved, key=lambda row: row.key)


def fetch_through(
    candidates: Iterable[Candidate], root: str, config: CrawlConfig, on_rows: OnRows = lambda *_: None
) -> list[Crawled]:
    """One row for each of the candidates, followed from host to host, all in this process; sorted by key."""
    rows: list[Crawled] = []
    left: Sequence[Candidate] = list(candidates)
    while left:
        ended, left = fetch_partition(left, root, config, on_rows)
        rows += ended
    return sorted(rows, key=lambda row: row.key)
