"""Ask a source for every query of the neighbor categories, so many results at a time."""

import asyncio
from collections.abc import Callable, Sequence

from storage.records import Asked, Candidate, Neighbor
from tasks.crawl.config import CrawlConfig, Source
from tasks.crawl.sources.base import Ask
from tasks.crawl.web import Web, open_web

Answered = tuple[list[Candidate], list[Asked]]
"""What was offered, and a row for every question."""


def queries_of(neighbor: Neighbor) -> tuple[str, ...]:
    """What a category is searched by, each phrase once."""
    return tuple(dict.fromkeys(neighbor.queries or (neighbor.name,)))


def asks_of(neighbors: Sequence[Neighbor], source: str, before: Sequence[Asked], config: CrawlConfig) -> list[Ask]:
    """The next questions to a source: of each query the results after those it was asked for, if any came then."""
    licenses = () if config.allow_unknown_license else config.licenses
    last = {(row.neighbor, row.query): row for row in sorted(before, key=lambda row: row.skip) if row.source == source}
    asks = []
    for neighbor in neighbors:
        for query in queries_of(neighbor):
            held = last.get((neighbor.name, query))
            if held is None or held.offered:
                skip = held.skip + held.limit if held else 0
                asks.append(Ask(query, neighbor.name, config.per_category, licenses, skip))
    return asks


async def _ask_all(source: Source, asks: Sequence[Ask], web: Web, on_done: Callable[[int], None]) -> Answered:
    # One after the other: a search API is asked at its own pace, however many queries there are.
    offers: list[Candidate] = []
    asked = []
    for ask in asks:
        found = await source.candidates(ask, web)
        offers += found
        asked.append(Asked(ask.neighbor, source.name, ask.text, ask.skip, ask.limit, len(found)))
        on_done(1)
    return offers, asked


async def _search(source: Source, asks: Sequence[Ask], config: CrawlConfig, on_done: Callable[[int], None]) -> Answered:
    async with open_web(config, "application/json") as web:
        return await _ask_all(source, asks, web, on_done)


def search(
    source: Source, asks: Sequence[Ask], config: CrawlConfig, on_done: Callable[[int], None] = lambda _: None
) -> Answered:
    """What a source offers; the same URL may be offered more than once.

    Raises Unreachable where the source does not answer. `on_done` is told of each question that ended.
    """
    offers, asked = asyncio.run(_search(source, asks, config, on_done))
    return sorted(offers, key=lambda c: (c.neighbor, c.query, c.rank, c.url)), asked
