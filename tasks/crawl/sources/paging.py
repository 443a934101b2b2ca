"""Results that come in pages of one size, by their rank."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tasks.crawl.sources.base import Ask

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page in the source's own order, and whether it says that there is another."""

    results: Sequence[R]
    more: bool


async def ranked(ask: Ask, size: int, depth: int, turn_to: Callable[[int], Awaitable[Page[R]]]) -> list[tuple[int, R]]:
    """The results that are asked for, each with its rank; no page is turned to that holds none of them.

    `turn_to` gives the page of a number, from 0; pages beyond the `depth`-th result are not to be had.
    """
    found: list[tuple[int, R]] = []
    end = ask.skip + ask.limit
    for number in range(ask.skip // size, min(-(-end // size), depth // size)):
        page = await turn_to(number)
        found += [(rank, result) for rank, result in enumerate(page.results, number * size) if ask.skip <= rank < end]
        if not page.more:
            break
    return found
