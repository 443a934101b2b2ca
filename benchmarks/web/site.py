"""The state of the served web: which host is throttled, and a log of every request."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from benchmarks.web.kinds import RETRY_AFTER, Kind, number_of

GRACE = 0.05
"""Seconds after a 429 in which a request does not count against the client: it was on its way."""

ROBOTS = "/robots.txt"
_RULES = b"User-agent: *\nDisallow: /private/\nAllow: /\n\nSitemap: https://example.org/sitemap.xml\n"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request: when it was read (seconds since the epoch), its host and path, and the status it got.

    `within_retry_after` says that its host had asked for a pause which had not ended.
    """

    at: float
    host: str
    path: str
    status: int
    within_retry_after: bool = False


def answer(status: str, kind: str, body: bytes, *headers: str) -> bytes:
    """A whole HTTP answer in one piece."""
    head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


ROBOTS_ANSWER = answer("200 OK", "text/plain", _RULES)
MISSING_ANSWER = answer("404 Not Found", "text/html", b"<html><body>nothing here</body></html>")


@dataclass(slots=True)
class Throttle:
    """A host's pause: when its 429 was sent whole, and when it ends."""

    sent: float
    ends: float


@dataclass(slots=True)
class Site:
    """What is served; `kinds` by picture number."""

    kinds: Sequence[Kind]
    log: list[Seen] = field(default_factory=list)
    throttles: dict[str, Throttle] = field(default_factory=dict)
    answered_busy: set[int] = field(default_factory=set)

    def _busy(self, host: str, seconds: float) -> bytes:
        body = f"{host} asks for a pause".encode()
        return answer("429 Too Many Requests", "text/plain", body, f"Retry-After: {ceil(seconds)}")

    def throttled(self, host: str, path: str) -> bytes | None:
        """The 429 of a request to a host whose pause runs, or which begins with it."""
        now = time.time()
        running = self.throttles.get(host)
        if running and now < running.ends:
            self.log.append(Seen(now, host, path, 429, now > running.sent + GRACE))
            return self._busy(host, running.ends - now)
        if path == ROBOTS or self.kinds[number_of(path)] != Kind.BUSY or number_of(path) in self.answered_busy:
            return None
        self.answered_busy.add(number_of(path))
        self.throttles[host] = Throttle(now, now + RETRY_AFTER)
        self.log.append(Seen(now, host, path, 429))
        return self._busy(host, RETRY_AFTER)

    def note(self, host: str, path: str, status: int) -> None:
        """Log a request that was not throttled."""
        self.log.append(Seen(time.time(), host, path, status))
