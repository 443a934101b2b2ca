"""Results that come in pages of one size, by their rank."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tasks.crawl.sources.ask import Ask, RefusedQuery

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page in the source's own order, and whether it says that there is another."""

    results: Sequence[R]
    more: bool


@dataclass(frozen=True, slots=True)
class Ranked(Generic[R]):
    """The results that are asked for, each with its rank, and whether further ones can be asked for."""

    results: Sequence[tuple[int, R]]
    more: bool


async def ranked(ask: Ask, size: int, depth: int, turn_to: Callable[[int], Awaitable[Page[R]]]) -> Ranked[R]:
    """The results that are asked for; no page is turned to that holds none of them.

    `turn_to` gives the page of a number, from 0; pages beyond the `depth`-th result are not to be had. A page that is
    refused after others ends them.
    """
    found: list[tuple[int, R]] = []
    end, last, more = ask.skip + ask.limit, depth // size, False
    for number in range(ask.skip // size, min(-(-end // size), last)):
        try:
            page = await turn_to(number)
        except RefusedQuery:
            if not found:
                raise
            return Ranked(found, more=False)
        found += [(rank, result) for rank, result in enumerate(page.results, number * size) if ask.skip <= rank < end]
        more = (page.more and number + 1 < last) or number * size + len(page.results) > end
        if not page.more:
            break
    return Ranked(found, more)
