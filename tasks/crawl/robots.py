"""Whether a host consents: robots.txt (RFC 9309) before a request, X-Robots-Tag after it."""

import asyncio
from collections.abc import Iterable

from protego import Protego
from yarl import URL

from storage.records import FetchReason
from tasks.crawl.guard import Refused
from tasks.crawl.throttled import throttled
from tasks.crawl.web import AGENT, Answer, Web

_CAP = 500 << 10  # as much as RFC 9309 asks a crawler to read
_OPT_OUT = frozenset({"noai", "noimageai", "noindex", "noimageindex", "noml", "none"})
_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_UNREACHED = (FetchReason.BLOCKED_ADDRESS, FetchReason.CONNECTION, FetchReason.TIMEOUT)


def _rules(answer: Answer) -> Protego:
    if pause := throttled(answer):
        raise pause
    if answer.status == 200:
        return Protego.parse(answer.body.decode("utf-8", "replace"))
    if 400 <= answer.status < 500:
        return Protego.parse("")
    raise Refused(FetchReason.ROBOTS, f"robots.txt answers {answer.status}", passing=answer.status >= 500)


class Robots:
    """The robots.txt of every host that was asked, each fetched once, and again where its host was in trouble."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._asked: dict[str, asyncio.Task[Protego | Refused]] = {}

    async def _ask(self, origin: str) -> Protego | Refused:
        try:
            return _rules(await self._web.get(f"{origin}/robots.txt", _CAP))
        except Refused as refusal:
            if refusal.passing:
                del self._asked[origin]  # the next URL asks again
            # A host that does not answer at all is told apart from one that says no.
            if refusal.passing or refusal.reason in _UNREACHED:
                return refusal
            return Refused(FetchReason.ROBOTS, f"robots.txt: {refusal.reason} {refusal.detail}".strip())

    async def _of(self, url: str) -> Protego:
        origin = str(URL(url).origin())
        if origin not in self._asked:
            self._asked[origin] = asyncio.create_task(self._ask(origin))
        # Shielded, since others wait for the same answer when one of them gives up.
        found = await asyncio.shield(self._asked[origin])
        if isinstance(found, Refused):
            raise found.with_traceback(None)
        return found

    async def delay(self, url: str) -> float:
        """The seconds that the host wants between two requests; raises as `check` does."""
        return float((await self._of(url)).crawl_delay(AGENT) or 0)

    async def check(self, url: str) -> None:
        """Raises Refused(ROBOTS) where the host's robots.txt denies the URL or cannot be read."""
        if not (await self._of(url)).can_fetch(url, AGENT):
            raise Refused(FetchReason.ROBOTS, "robots.txt")


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
