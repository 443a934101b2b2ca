"""One HTTP session behind the guard: a bounded answer to one URL, or Refused."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

from storage.records import FetchReason
from tasks.crawl.guard import BlockedAddress, Guard, GuardedResolver, Refused
from tasks.crawl.limits import Limits, WebConfig

AGENT = "category-extrapolation"
"""The name that robots.txt may address us by."""

_REDIRECTS = (301, 302, 303, 307, 308)
_CHUNK = 64 << 10
_DNS_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `body` is empty unless the status is 200."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes


async def anywhere(_url: str) -> None:
    """Consent to every hop; for what is no crawl, like asking a search API."""


def _refusal(error: aiohttp.ClientError | OSError) -> Refused:
    # Never the error's own text: it differs between systems, and from run to run.
    if isinstance(error, aiohttp.InvalidURL):
        return Refused(FetchReason.BAD_URL, "malformed")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        if isinstance(error.os_error, BlockedAddress):
            return Refused(FetchReason.BLOCKED_ADDRESS, "the name resolves to an address that is not public")
        return Refused(FetchReason.CONNECTION, "no such name")
    if isinstance(error, aiohttp.ClientSSLError):
        return Refused(FetchReason.CONNECTION, "no trusted TLS")
    if isinstance(error, aiohttp.ClientConnectorError):
        return Refused(FetchReason.CONNECTION, "no connection")
    return Refused(FetchReason.CONNECTION, "broken off")


class Web:
    """A session with its limits; open it with `open_web`."""

    def __init__(self, session: aiohttp.ClientSession, guard: Guard, limits: Limits) -> None:
        self._session = session
        self._guard = guard
        self._limits = limits

    async def _body(self, response: aiohttp.ClientResponse, cap: int) -> bytes:
        if (response.content_length or 0) > cap:
            raise Refused(FetchReason.TOO_LARGE, f"over {cap} bytes")
        body = bytearray()
        try:
            # Chunks come decompressed, so the cap holds for what a small answer unfolds to.
            async for chunk in response.content.iter_chunked(_CHUNK):
                body += chunk
                if len(body) > cap:
                    raise Refused(FetchReason.TOO_LARGE, f"over {cap} bytes")
        except (aiohttp.ClientError, OSError) as error:
            raise Refused(FetchReason.TRUNCATED, "the connection ended before the body") from error
        return bytes(body)

    async def _hop(self, url: URL, cap: int) -> Answer:
        try:
            async with self._session.get(url, allow_redirects=False) as response:
                body = await self._body(response, cap) if response.status == 200 else b""
                return Answer(response.status, response.headers, body)
        except TimeoutError as error:
            raise Refused(FetchReason.TIMEOUT, f"no connection in {self._limits.connect_seconds:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise _refusal(error) from error

    async def get(self, url: str, cap: int, consent: Callable[[str], Awaitable[None]] = anywhere) -> Answer:
        """The answer behind at most `max_redirects` hops, each guarded and consented to.

        `cap` is the most bytes of its body. Every hop ends at the deadline, whatever the server
        does; a robots.txt that must be read first has a deadline of its own. Raises Refused.
        """
        clock = asyncio.get_running_loop().time
        ends = clock() + self._limits.deadline_seconds
        for _ in range(self._limits.max_redirects + 1):
            target = self._guard.check(url)
            await consent(url)
            try:
                async with asyncio.timeout_at(ends):
                    answer = await self._hop(target, cap)
            except TimeoutError as error:
                detail = f"not whole in {self._limits.deadline_seconds:g} s"
                raise Refused(FetchReason.TIMEOUT, detail) from error
            if answer.status not in _REDIRECTS or "Location" not in answer.headers:
                return answer
            url = _join(target, answer.headers["Location"])
        raise Refused(FetchReason.TOO_MANY_REDIRECTS, f"over {self._limits.max_redirects}")


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
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=config.limits.connect_seconds),
        headers={"User-Agent": f"{AGENT}/0.1 (+{config.contact})", "Accept": accept, "Accept-Encoding": "identity"},
    ) as session:
        yield Web(session, guard, config.limits)
