"""Whether a host consents: robots.txt (RFC 9309) before a request, X-Robots-Tag after it."""

import asyncio
from collections import Counter
from collections.abc import Iterable

from protego import Protego
from yarl import URL

from storage.records import FetchReason
from tasks.crawl.guard import Refused
from tasks.crawl.throttled import Throttled, throttled
from tasks.crawl.web import AGENT, Answer, Web

_CAP = 500 << 10  # a longer one is taken for no consent, though RFC 9309 would have its beginning read
_TRIES = 3  # of a robots.txt whose failure may pass
_OPT_OUT = frozenset({"noai", "noimageai", "noindex", "noimageindex", "noml", "none"})
_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
UNREADABLE = "robots.txt answers"
"""How the detail of a refusal begins where a host in trouble could not say whether it consents."""

_UNREACHED = (FetchReason.BLOCKED_ADDRESS, FetchReason.CONNECTION, FetchReason.TIMEOUT)


def _rules(answer: Answer) -> Protego:
    if pause := throttled(answer):
        raise pause
    if answer.status == 200:
        return Protego.parse(answer.body.decode("utf-8-sig", "replace"))
    if 400 <= answer.status < 500:
        return Protego.parse("")
    raise Refused(FetchReason.ROBOTS, f"{UNREADABLE} {answer.status}", passing=answer.status >= 500)


class Robots:
    """The robots.txt of every host that was asked, each fetched once, and a few times where its host was in trouble."""

    def __init__(self, web: Web, seconds: float) -> None:
        self._web = web
        self._seconds = seconds
        self._asked: dict[str, asyncio.Task[Protego | Refused]] = {}
        self._tries: Counter[str] = Counter()

    async def _read(self, origin: str) -> Protego:
        try:
            async with asyncio.timeout(self._seconds):
                return _rules(await self._web.get(f"{origin}/robots.txt", _CAP))
        except TimeoutError as error:
            raise Refused(FetchReason.TIMEOUT, f"robots.txt not whole in {self._seconds:g} s", passing=True) from error

    async def _ask(self, origin: str) -> Protego | Refused:
        self._tries[origin] += 1
        try:
            return await self._read(origin)
        except Refused as refusal:
            if refusal.passing and (isinstance(refusal, Throttled) or self._tries[origin] < _TRIES):
                del self._asked[origin]  # the next URL asks again
                return refusal
            # A host that does not answer at all is told apart from one that says no.
            if refusal.reason in (*_UNREACHED, FetchReason.ROBOTS):
                return Refused(refusal.reason, refusal.detail)
            return Refused(FetchReason.ROBOTS, f"robots.txt: {refusal.reason} {refusal.detail}".strip())

    async def _of(self, origin: str) -> Protego:
        if origin not in self._asked:
            self._asked[origin] = asyncio.create_task(self._ask(origin))
        # Shielded, since others wait for the same answer when one of them gives up.
        found = await asyncio.shield(self._asked[origin])
        if isinstance(found, Refused):
            raise found.with_traceback(None)
        return found

    async def check(self, url: URL) -> float:
        """The seconds that the host wants between two requests; raises Refused where it denies the URL or cannot say.

        The URL is the one that is asked for, dots resolved, as the guard gives it.
        """
        rules = await self._of(str(url.origin()))
        if not rules.can_fetch(str(url), AGENT):
            raise Refused(FetchReason.ROBOTS, "robots.txt")
        return float(rules.crawl_delay(AGENT) or 0)


def opted_out(tags: Iterable[str]) -> str | None:
    """The directive in X-Robots-Tag headers by which a host keeps its picture from us."""
    for tag in tags:
        agent, colon, rest = tag.partition(":")
        addressed = colon and "," not in agent and agent.strip().lower() not in _WITH_VALUE
        if addressed and agent.strip().lower() not in ("*", AGENT):
            continue
        for directive in (rest if addressed else tag).split(","):
            if directive.strip().lower() in _OPT_OUT:
                return directive.strip().lower()
    return None
