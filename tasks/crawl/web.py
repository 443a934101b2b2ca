"""One HTTP session behind the guard: a bounded answer to one URL, or Refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

from storage.records import FetchReason
from tasks.crawl.body import Reader, Wanted
from tasks.crawl.guard import BlockedAddress, Guard, GuardedResolver, Refused
from tasks.crawl.limits import Limits, WebConfig

AGENT = "category-extrapolation"
"""The name that robots.txt may address us by."""

_REDIRECTS = (301, 302, 303, 307, 308)
_SMALL = 64 << 10  # bytes of an error page that are read rather than a connection given up
_DNS_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `body` is empty unless the status is 200."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """It is at another `url`, after so many redirects."""

    url: str
    hops: int


def anything(_start: bytes) -> bool:
    """Want every body."""
    return True


def _refusal(error: aiohttp.ClientError | OSError) -> Refused:
    # Never the error's own text: it differs between systems, and from run to run.
    if isinstance(error, aiohttp.InvalidURL):
        return Refused(FetchReason.BAD_URL, "malformed")
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, BlockedAddress):
        return Refused(FetchReason.BLOCKED_ADDRESS, "the name resolves to an address that is not public")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Refused(FetchReason.CONNECTION, "no such name", passing=True)
    if isinstance(error, aiohttp.ClientSSLError):
        return Refused(FetchReason.CONNECTION, "no trusted TLS")
    if isinstance(error, aiohttp.ClientConnectorError):
        return Refused(FetchReason.CONNECTION, "no connection", passing=True)
    return Refused(FetchReason.CONNECTION, "broken off", passing=True)


class Web:
    """A session with its limits; open it with `open_web`."""

    def __init__(self, session: aiohttp.ClientSession, guard: Guard, limits: Limits) -> None:
        self._session = session
        self._guard = guard
        self._limits = limits
        self._reader = Reader(limits)

    def check(self, url: str) -> URL:
        """The URL as it is asked for; raises Refused where it may not be."""
        return self._guard.check(url)

    async def _answer(self, url: URL, cap: int, wanted: Wanted, turn: AsyncExitStack) -> Answer:
        try:
            async with self._session.get(url, allow_redirects=False) as response:
                if response.status == 200:
                    return Answer(200, response.headers, await self._reader.read(response, cap, wanted, turn))
                if response.content_length is not None and response.content_length <= _SMALL:
                    await response.read()  # so that the connection can be used again
                return Answer(response.status, response.headers, b"")
        except TimeoutError as error:
            detail = f"no connection in {self._limits.connect_seconds:g} s"
            raise Refused(FetchReason.TIMEOUT, detail, passing=True) from error
        except (aiohttp.ClientError, OSError) as error:
            raise _refusal(error) from error

    async def ask(
        self, url: str, turn: AsyncExitStack, cap: int, wanted: Wanted = anything, hops: int = 0
    ) -> Answer | Elsewhere:
        """What is behind a URL, or that it is elsewhere; one request, over by the deadline whatever the server does.

        `turn` is closed when the body is needed no more, `cap` is the most bytes of it, `hops` how many redirects led
        here. Raises Refused.
        """
        target = self._guard.check(url)
        try:
            async with asyncio.timeout(self._limits.deadline_seconds):
                answer = await self._answer(target, cap, wanted, turn)
        except TimeoutError as error:
            detail = f"not whole in {self._limits.deadline_seconds:g} s"
            raise Refused(FetchReason.TIMEOUT, detail, passing=True) from error
        if answer.status not in _REDIRECTS or "Location" not in answer.headers:
            return answer
        if hops >= self._limits.max_redirects:
            raise Refused(FetchReason.TOO_MANY_REDIRECTS, f"over {self._limits.max_redirects}")
        there = _join(target, answer.headers["Location"])
        return Elsewhere(str(self._guard.check(there)), hops + 1)

    async def get(self, url: str, cap: int) -> Answer:
        """The answer behind a URL, through all redirects; for what is no picture, like a search API."""
        async with AsyncExitStack() as turn:
            found = await self.ask(url, turn, cap)
            while isinstance(found, Elsewhere):
                found = await self.ask(found.url, turn, cap, hops=found.hops)
            return found


def _join(base: URL, location: str) -> str:
    try:
        return str(base.join(URL(location)))
    except ValueError as error:
        raise Refused(FetchReason.BAD_URL, "malformed redirect") from error


@asynccontextmanager
async def open_web(config: WebConfig, accept: str) -> AsyncIterator[Web]:
    """A session that lives as long as the context: one pool of connections, one cache of names."""
    guard = Guard(config.allow_networks)
    connector = aiohttp.TCPConnector(
        limit=config.pace.total,
        limit_per_host=config.pace.per_host,
        resolver=GuardedResolver(guard),
        ttl_dns_cache=_DNS_SECONDS,
        socket_factory=guard.open_socket,
    )
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,  # done within bounds by Reader
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=config.limits.connect_seconds),
        headers={"User-Agent": f"{AGENT}/0.1 (+{config.contact})", "Accept": accept, "Accept-Encoding": "identity"},
    ) as session:
        yield Web(session, guard, config.limits)
