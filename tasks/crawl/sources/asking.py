"""One request to a search API, in its turn, and again where the API was busy."""

import asyncio
import threading
import time
from functools import cache

from storage.errors import Unreachable
from storage.records import FetchReason
from tasks.crawl.guard import Refused
from tasks.crawl.web import Answer, Web
from tasks.retry_after import pause_of

_ANSWER_BYTES = 16 << 20
_TRIES = 3
_PATIENCE = 120.0  # seconds; an API that asks for more is asked again in the next run
_BUSY = ("maxlag", "ratelimited", "readonly")


class Turns:
    """When one API may be asked next, whichever thread of this process asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free = 0.0

    async def take(self, pause: float) -> None:
        """Wait for the next turn; the one after it comes `pause` seconds later."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._free)
            self._free = turn + pause
        await asyncio.sleep(turn - now)

    def hold(self, seconds: float) -> None:
        """Nobody has a turn for so long."""
        with self._lock:
            self._free = max(self._free, time.monotonic() + seconds)


@cache
def _turns(_base_url: str) -> Turns:
    return Turns()


def _status(answer: Answer) -> int:
    """The status as it is meant: a MediaWiki that is busy says so under a 200."""
    return 503 if answer.headers.get("MediaWiki-API-Error", "") in _BUSY else answer.status


def _check(refusal: Refused, base_url: str) -> None:
    if refusal.reason in (FetchReason.BLOCKED_ADDRESS, FetchReason.BAD_URL):
        mend = "correct base_url; an address that is not public must be named in crawl.allow_networks"
        raise Unreachable(f"{base_url} may not be asked: {refusal.reason} {refusal.detail}", mend) from None


async def ask_api(web: Web, url: str, base_url: str, pause: float) -> Answer:
    """The API's answer, at most one request each `pause` seconds; Unreachable where it stays silent.

    A 429, a 5xx or a fault that may pass is asked again after the time it names, or else after a growing pause. No
    error holds the URL, for it may hold a key.
    """
    turns, trouble = _turns(base_url), ""
    for attempt in range(_TRIES):
        await turns.take(pause)
        stay_away = pause * 2**attempt
        try:
            answer = await web.get(url, _ANSWER_BYTES)
        except Refused as refusal:
            _check(refusal, base_url)
            trouble = f"{refusal.reason} ({refusal.detail})"
            if not refusal.passing:
                break
        else:
            status = _status(answer)
            if status != 429 and status < 500:
                return answer
            trouble = f"status {status}"
            stay_away = pause_of(status, answer.headers.get("Retry-After", "")) or stay_away
        if stay_away > _PATIENCE:
            break
        turns.hold(stay_away)
    mend = (
        "check the network and crawl.sources; if this recipe uses the sandbox, start it: "
        "python -m sandbox --corpus ... --root ..."
    )
    raise Unreachable(f"{base_url} does not answer: {trouble}", mend)
