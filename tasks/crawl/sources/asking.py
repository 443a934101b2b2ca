"""One request to a search API, in its turn, and again while the API is busy or down."""

import ipaddress
import time
from dataclasses import dataclass, field
from typing import Protocol

from yarl import URL

from storage.errors import Unreachable
from storage.records import FetchReason
from tasks.crawl.guard import Refused
from tasks.crawl.sources.turns import turns_at
from tasks.crawl.web import Answer, Web
from tasks.retry_after import pause_of

_ANSWER_BYTES = 16 << 20
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0  # seconds, where the API does not say how long
_NOT_STARTED = 5.0  # seconds; on this machine, what has never answered was more likely not started than is down


class Api(Protocol):
    """What a search API is asked by."""

    @property
    def name(self) -> str:
        """Names its source."""

    @property
    def base_url(self) -> str:
        """Where it answers."""

    @property
    def pause_seconds(self) -> float:
        """Between two requests."""

    @property
    def patience_seconds(self) -> float:
        """How long it may be busy or down."""

    def status(self, answer: Answer) -> int:
        """The status of an answer as it is meant."""


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why a request brought no answer, whether that may pass, and the seconds that the API wants to be left alone."""

    said: str
    passing: bool = True
    stated: float | None = None
    unreached: bool = False


def _check(refusal: Refused, base_url: str) -> None:
    if refusal.reason in (FetchReason.BLOCKED_ADDRESS, FetchReason.BAD_URL):
        mend = "correct base_url; an address that is not public must be named in crawl.allow_networks"
        raise Unreachable(f"{base_url} may not be asked: {refusal.reason} {refusal.detail}", mend) from None


async def _ask(web: Web, url: str, api: Api) -> Answer | _Trouble:
    """One request."""
    try:
        answer = await web.get(url, _ANSWER_BYTES)
    except Refused as refusal:
        _check(refusal, api.base_url)
        unreached = refusal.reason is FetchReason.CONNECTION
        return _Trouble(f"{refusal.reason} ({refusal.detail})", refusal.passing, unreached=unreached)
    status = api.status(answer)
    if status != 429 and status < 500:
        return answer
    return _Trouble(f"status {status}", stated=pause_of(status, answer.headers.get("Retry-After", "")))


@dataclass(slots=True)
class _Waiting:
    """How long a request has waited for its answer, in seconds of time.monotonic, and how often it was tried."""

    since: float = field(default_factory=time.monotonic)
    tries: int = 0

    def pause(self, trouble: _Trouble, patience: float) -> float | None:
        """The seconds until the next try; None where there is to be none.

        A pause that the API states is kept or given up, never cut short; ours ends with the patience, for a last try.
        """
        left = self.since + patience - time.monotonic()
        self.tries += 1
        if not trouble.passing or left <= 0 or (trouble.stated or 0) > left:
            return None
        return trouble.stated or min(_FIRST_PAUSE * 2 ** (self.tries - 1), _LONGEST_PAUSE, left)


def _is_here(base_url: str) -> bool:
    """Whether an address is of this machine, as it is written: no name is looked up, for that may be what fails."""
    host = URL(base_url).host or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".") == "localhost" or host.rstrip(".").endswith(".localhost")


def _mend(api: Api, started: bool) -> str:
    """What the reader does; waiting longer helps only where something was `started`."""
    if not started:
        return (
            f"nothing has answered there yet: start it, or correct base_url of the {api.name} source; if this recipe "
            "uses the sandbox: python -m sandbox --corpus ... --root ..."
        )
    longer = f"if it is down for longer, raise patience_seconds of the {api.name} source"
    return f"check the network and crawl.sources; {longer}"


def _unreachable(api: Api, trouble: _Trouble, patience: float, started: bool) -> Unreachable:
    return Unreachable(
        f"the source {api.name} at {api.base_url} does not answer: {trouble.said}"
        + (f", for {patience:g} seconds" if trouble.passing else ""),
        f"{_mend(api, started)}; then the same command goes on, and fetches nothing that is held",
    )


async def ask_api(web: Web, url: str, api: Api) -> Answer:
    """The API's answer, at most one request each `pause_seconds`; Unreachable where it stays silent.

    A 429, a 5xx or a fault that may pass is asked again after the time it names, or else after a growing pause, for
    `patience_seconds` in all; on this machine for a few seconds, until it has answered once. No error holds the URL,
    for it may hold a key.
    """
    turns, waiting = turns_at(api.base_url), _Waiting()
    while True:
        await turns.take(api.pause_seconds)
        found = await _ask(web, url, api)
        if isinstance(found, Answer):
            turns.reached = True
            return found
        turns.reached = turns.reached or not found.unreached
        started = turns.reached or not _is_here(api.base_url)
        patience = api.patience_seconds if started else min(api.patience_seconds, _NOT_STARTED)
        pause = waiting.pause(found, patience)
        if pause is None:
            raise _unreachable(api, found, patience, started)
        turns.hold(pause)
