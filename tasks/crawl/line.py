"""The URLs of one host that still wait, and when the host may be asked for the next."""

import heapq
import itertools
import random
from collections import deque
from dataclasses import dataclass, field

from storage.records import Candidate
from tasks.crawl.guard import Refused
from tasks.crawl.limits import Pace
from tasks.crawl.throttled import Throttled

IN_A_ROW = 5
"""How many 429 or 503 in a row a host may give before it is left alone."""

FAILURES_IN_A_ROW = 8
"""How many passing failures in a row a host may show before it is taken for dead."""

_JITTER = (0.75, 1.5)
_numbers = itertools.count()


@dataclass(slots=True)
class Line:
    """One host's line; all times are of one clock, in seconds."""

    pace: Pace
    longest_pause: float
    waiting: deque[Candidate] = field(default_factory=deque)
    later: list[tuple[float, int, Candidate]] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=dict)
    delay: float | None = None  # what the host's robots.txt asks for; not known before the first visit
    not_before: float = 0.0
    busy: int = 0
    throttled: int = 0
    failed: int = 0

    def _lanes(self) -> int:
        """One by one until robots.txt is known, where it asks for a delay, and while the host is in trouble."""
        return 1 if self.delay is None or self.delay or self.throttled or self.failed else self.pace.per_host

    def due(self) -> float | None:
        """When the next visit may begin; None where nothing waits or enough are under way."""
        if self.busy >= self._lanes() or not (self.waiting or self.later):
            return None
        return self.not_before if self.waiting else max(self.not_before, self.later[0][0])

    def take(self, now: float) -> Candidate:
        """The next candidate; those whose second try is due come last."""
        self.busy += 1
        self.not_before = max(self.not_before, now + (self.delay or 0))
        return self.waiting.popleft() if self.waiting else heapq.heappop(self.later)[2]

    def learn(self, delay: float, now: float) -> None:
        """The host wants so many seconds between two requests, the one that is about to be sent included."""
        if self.delay is None:
            self.not_before = max(self.not_before, now + delay)
        self.delay = delay

    def _all(self) -> list[Candidate]:
        """Everything that waits, given up."""
        left = [*self.waiting, *(candidate for _, _, candidate in self.later)]
        self.waiting.clear()
        self.later.clear()
        return left

    def _try_later(self, candidate: Candidate, when: float, tries: int) -> list[Candidate]:
        self.tries[candidate.url] = self.tries.get(candidate.url, 0) + 1
        if self.tries[candidate.url] > tries:
            return [candidate]
        heapq.heappush(self.later, (when, next(_numbers), candidate))
        return []

    def well(self) -> None:
        """A visit brought an answer."""
        self.throttled = self.failed = 0

    def pause(self, candidate: Candidate, throttled: Throttled, now: float) -> list[Candidate]:
        """Keep away as long as asked, twice as long each time in a row, then go on; those given up for good.

        A pause beyond our patience gives up the whole line, since asking earlier would be rude;
        so does a host that throttles everything, since asking on would be no better.
        """
        self.throttled += 1
        if throttled.seconds > self.longest_pause or self.throttled > IN_A_ROW:
            return [candidate, *self._all()]
        wait = min(throttled.seconds * 2 ** (self.throttled - 1), max(self.longest_pause, throttled.seconds))
        self.not_before = max(self.not_before, now + wait)
        return self._try_later(candidate, self.not_before, max(1, self.pace.retries))

    def fail(self, candidate: Candidate, refusal: Refused, now: float) -> list[Candidate]:
        """Try the candidate later where its failure may pass, after all others; those given up for good."""
        if not refusal.passing:
            self.well()
            return [candidate]
        self.failed += 1
        if self.failed > FAILURES_IN_A_ROW:
            return [candidate, *self._all()]
        back_off = self.pace.retry_seconds * 2 ** self.tries.get(candidate.url, 0)
        return self._try_later(candidate, now + back_off * random.uniform(*_JITTER), self.pace.retries)  # noqa: S311  # no secret
