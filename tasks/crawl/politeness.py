"""How many URLs of a host are asked at once, and when none may be.

Each host's URLs stand in one line. A few lanes serve a line, so a slow host holds up nobody
else, and a pause that it asks for holds for all its URLs.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from storage.records import Candidate
from tasks.crawl.fetch import Throttled
from tasks.crawl.guard import Refused
from tasks.crawl.limits import Pace
from tasks.crawl.plan import host_of

Visit = Callable[[Candidate], Awaitable[None]]
"""Fetch one candidate and keep it; raises Refused or Throttled."""

Reject = Callable[[Candidate, Refused], None]
"""Take note of a candidate that brought no picture."""


IN_A_ROW = 5
"""How many answers of 429 or 503 in a row a host may give before it is left alone."""


@dataclass(slots=True)
class Line:
    """The URLs of one host that still wait, and since when it may be asked again."""

    longest_pause: float
    waiting: deque[Candidate] = field(default_factory=deque)
    again: set[str] = field(default_factory=set)
    not_before: float = 0.0
    throttled: int = 0

    async def ready(self) -> None:
        """Return when the host may be asked."""
        clock = asyncio.get_running_loop().time
        while (seconds := self.not_before - clock()) > 0:  # noqa: ASYNC110 - it may have grown meanwhile
            await asyncio.sleep(seconds)

    def pause(self, candidate: Candidate, throttled: Throttled) -> list[Candidate]:
        """Keep away as long as asked, then try the candidate once more; those given up for good.

        A pause beyond our patience gives up the whole line, since asking earlier would be rude;
        so does a host that throttles everything, since asking on would be no better.
        """
        self.throttled += 1
        if throttled.seconds > self.longest_pause or self.throttled > IN_A_ROW:
            given_up = [candidate, *self.waiting]
            self.waiting.clear()
            return given_up
        self.not_before = max(self.not_before, asyncio.get_running_loop().time() + throttled.seconds)
        if candidate.url in self.again:
            return [candidate]
        self.again.add(candidate.url)
        self.waiting.append(candidate)
        return []


async def _serve(line: Line, visit: Visit, reject: Reject) -> None:
    while line.waiting:
        await line.ready()
        if not line.waiting:  # another lane took the last one meanwhile
            return
        candidate = line.waiting.popleft()
        try:
            await visit(candidate)
            line.throttled = 0
        except Throttled as throttled:
            for lost in line.pause(candidate, throttled):
                reject(lost, throttled)
        except Refused as refusal:
            reject(candidate, refusal)


async def visit_all(
    candidates: Iterable[Candidate], pace: Pace, longest_pause: float, visit: Visit, reject: Reject
) -> None:
    """Visit every candidate, at most `per_host` of a host and `total` of all at once.

    `longest_pause` is in seconds.
    """
    lines: defaultdict[str, Line] = defaultdict(lambda: Line(longest_pause))
    for candidate in candidates:
        lines[host_of(candidate.url)].waiting.append(candidate)
    # Long lines first, since they end last; every host gets one lane before any gets a second.
    ordered = sorted(lines.values(), key=lambda line: -len(line.waiting))
    lanes = [line for turn in range(pace.per_host) for line in ordered if len(line.waiting) > turn]
    left = iter(lanes)

    async def run() -> None:
        for line in left:
            await _serve(line, visit, reject)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(pace.total, len(lanes))):
            group.create_task(run())
