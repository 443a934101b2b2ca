"""The URLs of one host that still wait, and when the host may be asked for the next."""

import heapq
import itertools
import random
from collections import deque
from dataclasses import dataclass, field

from storage.records import Candidate, FetchReason
from tasks.crawl.guard import Refused
from tasks.crawl.limits import Pace
from tasks.crawl.throttled import Throttled

IN_A_ROW = 5
"""How many 429 or 503 in a row a host may give before it is left alone."""

FIRST_TRIES = 8
"""How many URLs of a host are tried before one that has answered nothing is taken for dead."""

_LEAST_PAUSE = 1.0  # seconds; a host that says 0 has asked for a pause all the same
_JITTER = (0.75, 1.5)
_COSTLY = frozenset({FetchReason.TOO_COSTLY, FetchReason.DECODER_DIED})
_numbers = itertools.count()

Ended = list[tuple[Candidate, Refused]]
"""Candidates that are given up, each with its own reason."""


@dataclass(slots=True)
class Line:
    """One host's line; all times are of one clock, in seconds.

    `alive` says that the host has answered a request for a picture, now or in a run before.
    """

    pace: Pace
    longest_pause: float
    alive: bool = False
    waiting: deque[Candidate] = field(default_factory=deque)
    later: list[tuple[float, int, Candidate, Refused]] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=dict)
    delay: float = 0.0  # what its robots.txt asks for between two requests
    not_before: float = 0.0
    busy: int = 0
    throttled: int = 0
    silent: int = 0
    costly: bool = False
    closed: bool = False

    def _lanes(self) -> int:
        """One by one until the host has answered, where it asks for a delay, and while it is in trouble or causes some.

        So the first tries come in the same order on every machine.
        """
        careful = not self.alive or self.delay or self.throttled or self.costly
        return 1 if careful else self.pace.per_host

    def due(self) -> float | None:
        """When the next visit may begin; None where nothing waits or enough are under way."""
        if self.busy >= self._lanes() or not (self.waiting or self.later):
            return None
        return self.not_before if self.waiting else max(self.not_before, self.later[0][0])

    def take(self) -> Candidate:
        """The next candidate; those whose second try is due come last."""
        self.busy += 1
        return self.waiting.popleft() if self.waiting else heapq.heappop(self.later)[2]

    def about_to_ask(self, delay: float, now: float) -> None:
        """A request is sent now, to a host that wants so many seconds until the next."""
        self.delay = max(self.delay, delay)
        self.not_before = max(self.not_before, now + self.delay)

    def answered(self) -> None:
        """The host has answered a request for a picture, with whatever."""
        self.alive, self.throttled = True, 0

    def _close(self, candidate: Candidate, refusal: Refused) -> Ended:
        """The line is given up: what was tried before keeps its own reason, all others have this one."""
        self.closed = True
        left: Ended = [(candidate, refusal)]
        left += [(waiting, refusal) for waiting in self.waiting]
        left += [(later, before) for _, _, later, before in self.later]
        self.waiting.clear()
        self.later.clear()
        return left

    def _try_later(self, candidate: Candidate, refusal: Refused, when: float, tries: int) -> Ended:
        self.tries[candidate.url] = self.tries.get(candidate.url, 0) + 1
        if self.closed or self.tries[candidate.url] > tries:
            return [(candidate, refusal)]
        heapq.heappush(self.later, (when, next(_numbers), candidate, refusal))
        return []

    def pause(self, candidate: Candidate, throttled: Throttled, now: float) -> Ended:
        """Keep away as long as asked, twice as long each time in a row, then go on; those given up for good.

        A pause beyond our patience gives up the whole line, since asking earlier would be rude;
        so does a host that throttles everything, since asking on would be no better.
        """
        self.alive, self.throttled = True, self.throttled + 1
        asked = max(throttled.seconds, _LEAST_PAUSE)
        pause = min(asked * 2 ** (self.throttled - 1), max(asked, self.longest_pause))
        self.not_before = max(self.not_before, now + pause)
        if asked > self.longest_pause or self.throttled > IN_A_ROW:
            return self._close(candidate, throttled)
        return self._try_later(candidate, throttled, self.not_before, max(1, self.pace.retries))

    def fail(self, candidate: Candidate, refusal: Refused, now: float) -> Ended:
        """Try the candidate later where its failure may pass, after all others; those given up for good."""
        self.costly = self.costly or refusal.reason in _COSTLY
        if not refusal.passing:
            return [(candidate, refusal)]
        before = self.tries.get(candidate.url, 0)
        self.silent += not self.alive and not before
        if self.silent >= FIRST_TRIES and not self.alive:
            return self._close(candidate, refusal)
        back_off = self.pace.retry_seconds * 2**before * random.uniform(*_JITTER)  # noqa: S311  # no secret
        return self._try_later(candidate, refusal, now + back_off, self.pace.retries)
