"""Which URL is asked next: each host at its own pace, all hosts at once.

Each host's URLs stand in one line, so a slow host holds up nobody else, and a pause that it
asks for holds for all its URLs.
"""

import asyncio
import heapq
import itertools
from collections.abc import Collection, Iterable
from typing import Protocol

from storage.records import Candidate
from tasks.crawl.guard import Refused
from tasks.crawl.limits import Pace
from tasks.crawl.line import Line
from tasks.crawl.plan import host_asked
from tasks.crawl.throttled import Throttled


class Visitor(Protocol):
    """What is done at each turn; consent and visit raise Refused or Throttled."""

    async def consent(self, candidate: Candidate) -> float:
        """The seconds that the candidate's host wants until the next request, if it may be asked at all."""

    async def visit(self, candidate: Candidate) -> Candidate | None:
        """Ask once for a candidate and keep it; where its own host sends it elsewhere, what to ask for next."""

    def reject(self, candidate: Candidate, refusal: Refused) -> None:
        """Take note of a candidate that brought no picture."""


class _Lines:
    """All lines by the time at which they may go on."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._heap: list[tuple[float, int, Line]] = []
        self._numbers = itertools.count()
        self._under_way = 0
        self._changed = asyncio.Event()
        for line in lines:
            self._queue(line)

    def _queue(self, line: Line) -> None:
        if (due := line.due()) is not None:
            heapq.heappush(self._heap, (due, next(self._numbers), line))

    def _first(self) -> float | None:
        """When the first line is due; entries that time has overtaken are put right on the way."""
        while self._heap:
            when, _, line = self._heap[0]
            if line.due() == when:
                return when
            heapq.heappop(self._heap)
            self._queue(line)
        return None

    def done(self, line: Line) -> None:
        """One visit of the line is over."""
        line.busy -= 1
        self._under_way -= 1
        self._queue(line)
        self._changed.set()

    async def next(self) -> tuple[Line, Candidate] | None:
        """The next candidate as soon as one may be visited; None when no line has any left."""
        clock = asyncio.get_running_loop().time
        while (first := self._first()) is not None or self._under_way:
            if first is not None and first <= clock():
                line = heapq.heappop(self._heap)[2]
                self._under_way += 1
                candidate = line.take()
                self._queue(line)
                return line, candidate
            self._changed.clear()
            try:
                async with asyncio.timeout_at(first):
                    await self._changed.wait()
            except TimeoutError:
                continue
        return None


async def _ask(line: Line, candidate: Candidate, visitor: Visitor) -> None:
    clock = asyncio.get_running_loop().time
    try:
        delay = await visitor.consent(candidate)
    except Refused as refusal:
        if refusal.passing:
            raise
        visitor.reject(candidate, refusal)  # nothing was asked, so nothing is known of the host
        return
    line.about_to_ask(delay, clock())
    if further := await visitor.visit(candidate):
        line.waiting.appendleft(further)
    line.answered()


async def _serve(line: Line, candidate: Candidate, visitor: Visitor) -> None:
    clock = asyncio.get_running_loop().time
    try:
        await _ask(line, candidate, visitor)
    except Throttled as throttled:
        ended = line.pause(candidate, throttled, clock())
    except Refused as refusal:
        if refusal.answered:
            line.answered()
        ended = line.fail(candidate, refusal, clock())
    else:
        return
    for lost, why in ended:
        visitor.reject(lost, why)


async def visit_all(
    candidates: Iterable[Candidate], alive: Collection[str], pace: Pace, longest_pause: float, visitor: Visitor
) -> None:
    """Visit every candidate, at most `per_host` of a host and `total` of all at once.

    `alive` are the hosts that have answered before; `longest_pause` is in seconds.
    """
    by_host: dict[str, Line] = {}
    for candidate in candidates:
        host = host_asked(candidate)
        by_host.setdefault(host, Line(pace, longest_pause, host in alive)).waiting.append(candidate)
    # Long lines first, since they end last.
    lines = _Lines(sorted(by_host.values(), key=lambda line: -len(line.waiting)))
    free = asyncio.Semaphore(pace.total)

    async def run(line: Line, candidate: Candidate) -> None:
        try:
            await _serve(line, candidate, visitor)
        finally:
            lines.done(line)
            free.release()

    async with asyncio.TaskGroup() as group:
        await free.acquire()
        while turn := await lines.next():
            group.create_task(run(*turn))
            await free.acquire()
