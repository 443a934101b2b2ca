"""Ask a source for every query of the neighbor categories, so many results at a time."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from storage.errors import Unreachable
from storage.records import Asked, Candidate, Neighbor
from tasks.crawl.config import CrawlConfig, Source
from tasks.crawl.sources.ask import Ask, Reply
from tasks.crawl.web import Web, open_web

logger = logging.getLogger(__name__)

_HOPELESS = 20  # queries; after so many that were all refused, no further one is asked

Answered = tuple[list[Candidate], list[Asked]]
"""What was offered, and a row for every question."""


def queries_of(neighbor: Neighbor) -> tuple[str, ...]:
    """What a category is searched by, each phrase once."""
    return tuple(dict.fromkeys(neighbor.queries or (neighbor.name,)))


def asks_of(neighbors: Sequence[Neighbor], source: str, before: Sequence[Asked], config: CrawlConfig) -> list[Ask]:
    """The next questions to a source: of each query the results after those it was asked for, if it may hold any."""
    licenses = () if config.allow_unknown_license else config.licenses
    last = {(row.neighbor, row.query): row for row in sorted(before, key=lambda row: row.skip) if row.source == source}
    asks = []
    for neighbor in neighbors:
        for query in queries_of(neighbor):
            held = last.get((neighbor.name, query))
            if held is None or held.more:
                skip = held.skip + held.limit if held else 0
                asks.append(Ask(query, neighbor.name, config.per_category, licenses, skip))
    return asks


def _check(refused: Sequence[Reply], asked: int, asks: Sequence[Ask]) -> None:
    """Raise Unreachable where the API has taken no query at all: that is no matter of the queries."""
    hopeless = min(len(asks), _HOPELESS)
    if len(refused) == asked == hopeless and not any(reply.ask.skip for reply in refused) and refused[0].refused:
        first = refused[0].refused
        raise Unreachable(f"{first.problem}, for each of the first {asked} queries", first.mend)


async def _ask_all(source: Source, asks: Sequence[Ask], web: Web, on_done: Callable[[int], None]) -> Answered:
    offers: list[Candidate] = []
    asked: list[Asked] = []
    refused: list[Reply] = []
    async for reply in source.answers(asks, web):
        ask = reply.ask
        offers += reply.offers
        asked.append(Asked(ask.neighbor, source.name, ask.text, ask.skip, ask.limit, len(reply.offers), reply.more))
        if reply.refused:
            refused.append(reply)
            logger.warning("no results for %r: %s", ask.text, reply.refused.problem)
        _check(refused, len(asked), asks)
        on_done(1)
    return offers, asked


async def _search(source: Source, asks: Sequence[Ask], config: CrawlConfig, on_done: Callable[[int], None]) -> Answered:
    async with open_web(config, "application/json") as web:
        return await _ask_all(source, asks, web, on_done)


def search(
    source: Source, asks: Sequence[Ask], config: CrawlConfig, on_done: Callable[[int], None] = lambda _: None
) -> Answered:
    """What a source offers; the same URL may be offered more than once.

    A query that an API refuses brings nothing, and is told of in the log. Raises Unreachable where the source does not
    answer, or refuses every query. `on_done` is told of each question that ended.
    """
    offers, asked = asyncio.run(_search(source, asks, config, on_done))
    return sorted(offers, key=lambda c: (c.neighbor, c.query, c.rank, c.url)), asked
