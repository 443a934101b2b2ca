"""Ask every source for every query of the neighbor categories."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import chain

from storage.records import Candidate, Neighbor
from tasks.crawl.config import CrawlConfig, Source
from tasks.crawl.sources.base import Ask
from tasks.crawl.web import Web, open_web


def _asks(neighbors: Sequence[Neighbor], config: CrawlConfig) -> list[Ask]:
    licenses = () if config.allow_unknown_license else config.licenses
    return [
        Ask(query, neighbor.name, config.reach, licenses)
        for neighbor in neighbors
        if neighbor.reason is None
        for query in dict.fromkeys(neighbor.queries or (neighbor.name,))
    ]


async def _ask_source(source: Source, asks: Sequence[Ask], web: Web, on_done: Callable[[int], None]) -> list[Candidate]:
    # One after the other: a search API is asked at its own pace, however many queries there are.
    found = []
    for ask in asks:
        found += await source.candidates(ask, web)
        on_done(1)
    return found


async def _search(asks: Sequence[Ask], config: CrawlConfig, on_done: Callable[[int], None]) -> list[Candidate]:
    async with open_web(config, "application/json") as web:
        found = await asyncio.gather(*(_ask_source(source, asks, web, on_done) for source in config.sources))
    return list(chain.from_iterable(found))


def search(
    neighbors: Sequence[Neighbor], config: CrawlConfig, on_done: Callable[[int], None] = lambda _: None
) -> list[Candidate]:
    """What the sources offer for the kept neighbors; the same URL may be offered more than once.

    Raises Unreachable where a source does not answer. `on_done` is told of each query that ended.
    """
    found = asyncio.run(_search(_asks(neighbors, config), config, on_done))
    return sorted(found, key=lambda c: (c.neighbor, c.source, c.query, c.rank, c.url))
