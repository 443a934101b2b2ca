"""One HTTP session behind the guard: a bounded answer to one URL, or Refused."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

from storage.records import FetchReason
from tasks.crawl.body import Wanted, read_body
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
    """Another host has it, at `url`, after so many redirects."""

    url: str
    hops: int


Consent = Callable[[str], Awaitable[None]]
"""Returns where a URL may be asked, or raises Refused."""


async def anywhere(_url: str) -> None:
    """Consent to every hop; for what is no crawl, like asking a search API."""


def anything(_start: bytes) -> bool:
    """Want every body."""
    return True


def _refusal(error: aiohttp.ClientError | OSError) -> Refused:
    # Never the error's own text: it differs between systems, and from run to run.
    if isinstance(error, aiohttp.InvalidURL):
        return Refused(FetchReason.BAD_URL, "malformed")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        if isinstance(error.os_error, BlockedAddress):
            return Refused(FetchReason.BLOCKED_ADDRESS, "the name resolves to an address that is not public")
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

    def check(self, url: str) -> None:
        """Raises Refused where the URL may not be asked."""
        self._guard.check(url)

    async def _hop(self, url: URL, cap: int, wanted: Wanted) -> Answer:
        try:
            async with self._session.get(url, allow_redirects=False) as response:
                if response.status == 200:
                    body = await read_body(response, cap, self._limits, wanted)
                    return Answer(response.status, response.headers, body)
                if (response.content_length or cap) <= _SMALL:
                    await response.read()  # so that the connection can be used again
                return Answer(response.status, response.headers, b"")
        except TimeoutError as error:
            detail = f"no connection in {self._limits.connect_seconds:g} s"
            raise Refused(FetchReason.TIMEOUT, detail, passing=True) from error
        except (aiohttp.ClientError, OSError) as error:
            raise _refusal(error) from error

    async def ask(
        self, url: str, cap: int, wanted: Wanted = anything, hops: int = 0, consent: Consent = anywhere
    ) -> Answer | Elsewhere:
        """What is behind a URL, through the redirects of its own host; or that another host has it.

        `cap` is the most bytes of its body, `hops` how many redirects led here, and every hop is
        guarded and consented to. All of it ends at the deadline, whatever the server does; a
        robots.txt that must be read first has a deadline of its own. Raises Refused.
        """
        ends = asyncio.get_running_loop().time() + self._limits.deadline_seconds
        for hop in range(hops, self._limits.max_redirects + 1):
            target = self._guard.check(url)
            await consent(url)
            try:
                async with asyncio.timeout_at(ends):
                    answer = await self._hop(target, cap, wanted)
            except TimeoutError as error:
                detail = f"not whole in {self._limits.deadline_seconds:g} s"
                raise Refused(FetchReason.TIMEOUT, detail, passing=True) from error
            if answer.status not in _REDIRECTS or "Location" not in answer.headers:
                return answer
            url = _join(target, answer.headers["Location"])
            if self._guard.check(url).host != target.host and hop < self._limits.max_redirects:
                return Elsewhere(url, hop + 1)
        raise Refused(FetchReason.TOO_MANY_REDIRECTS, f"over {self._limits.max_redirects}")

    async def get(self, url: str, cap: int) -> Answer:
        """The answer behind a URL, through the redirects of any host; for what is no crawl, like a search API."""
        found = await self.ask(url, cap)
        while isinstance(found, Elsewhere):
            found = await self.ask(found.url, cap, hops=found.hops)
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
    )
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,  # done within bounds by read_body
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=config.limits.connect_seconds),
        headers={"User-Agent": f"{AGENT}/0.1 (+{config.contact})", "Accept": accept, "Accept-Encoding": "identity"},
    ) as session:
        yield Web(session, guard, config.limits)
