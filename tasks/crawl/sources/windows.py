"""Many asks answered by one pass: of rows that come in one order, each ask takes its own window."""

from collections.abc import Sequence
from typing import TypeVar

from tasks.crawl.sources.ask import Ask

T = TypeVar("T")


class Windows:
    """How many rows each of the asks has seen so far."""

    def __init__(self, asks: Sequence[Ask]) -> None:
        self._asks = asks
        self._seen = [0] * len(asks)

    def take(self, index: int, rows: Sequence[T]) -> list[tuple[int, T]]:
        """Of the next rows that answer the ask of this index, those in its window, with their ranks."""
        ask, start = self._asks[index], self._seen[index]
        self._seen[index] += len(rows)
        places = range(max(0, ask.skip - start), min(len(rows), ask.skip + ask.limit - start))
        return [(start + place, rows[place]) for place in places]

    def more(self, index: int) -> bool:
        """Whether rows came after the window of this ask."""
        ask = self._asks[index]
        return self._seen[index] > ask.skip + ask.limit

    def filled(self) -> bool:
        """Whether nothing that comes later is wanted by any ask."""
        return all(self.more(index) for index in range(len(self._asks)))
