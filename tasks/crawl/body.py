"""A body as it comes in: unfolded within bounds, and given up as soon as it is not worth its time."""

import asyncio
import zlib
from collections.abc import Callable
from contextlib import AsyncExitStack

import aiohttp

from storage.records import FetchReason
from tasks.crawl.guard import Refused
from tasks.crawl.limits import Limits

_CHUNK = 64 << 10
_START = 64  # bytes that tell every format from what is none
_GRACE = 5.0  # seconds before a rate says anything
_LARGE = 2 << 20  # bytes from which on a body waits for its turn

Wanted = Callable[[bytes], bool]
"""Whether a body that begins like this is worth the rest."""


class Inflated:
    """The bytes of a body, decompressed where its encoding says so; neither they nor what came pass the cap."""

    def __init__(self, encoding: str, cap: int) -> None:
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise Refused(FetchReason.NOT_A_PICTURE, "an encoding that was not asked for")
        # 32 lets zlib tell gzip and zlib headers apart.
        self._inflate = None if encoding in ("", "identity") else zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._cap = cap
        self.came = 0
        self.data = bytearray()

    def _more(self, chunk: bytes) -> bytes:
        if self._inflate is None:
            return chunk
        if self._inflate.eof:  # what follows is no part of it
            return b""
        try:
            return self._inflate.decompress(chunk, self._cap - len(self.data) + 1)
        except zlib.error as error:
            raise Refused(FetchReason.NOT_A_PICTURE, "its encoding is damaged") from error

    def add(self, chunk: bytes) -> None:
        """Take a chunk as it came; Refused where it is damaged or one byte too many."""
        self.came += len(chunk)
        self.data += self._more(chunk)
        if max(len(self.data), self.came) > self._cap:
            raise Refused(FetchReason.TOO_LARGE, f"over {self._cap} bytes")

    def end(self) -> bytes:
        """All of it; Refused where it breaks off."""
        if self._inflate and not self._inflate.eof:
            raise Refused(FetchReason.TRUNCATED, "its encoding breaks off")
        return bytes(self.data)


class Reader:
    """Reads bodies, few large ones at a time, so that a crowd of them fills no memory.

    A large one has its turn until the stack that it is read with is closed: as long as somebody holds it.
    """

    def __init__(self, limits: Limits) -> None:
        self._least = limits.min_bytes_per_second
        self._large = asyncio.Semaphore(limits.large_bodies)

    def _check_rate(self, came: int, seconds: float) -> None:
        if seconds > _GRACE and came < self._least * seconds:
            raise Refused(FetchReason.TIMEOUT, f"under {self._least} bytes a second", passing=True)

    async def _fill(
        self, body: Inflated, response: aiohttp.ClientResponse, wanted: Wanted, turn: AsyncExitStack
    ) -> None:
        clock, known, large = asyncio.get_running_loop().time, False, False
        began = clock()
        async for chunk in response.content.iter_chunked(_CHUNK):
            body.add(chunk)
            if not known and not wanted(bytes(body.data[:_START])):
                raise Refused(FetchReason.NOT_A_PICTURE)
            known = len(body.data) >= _START
            self._check_rate(body.came, clock() - began)
            if len(body.data) >= _LARGE and not large:
                large = True
                await turn.enter_async_context(self._large)

    async def read(self, response: aiohttp.ClientResponse, cap: int, wanted: Wanted, turn: AsyncExitStack) -> bytes:
        """The whole body, at most `cap` bytes of it; raises Refused where it is unwanted, too long, too slow or cut."""
        if (response.content_length or 0) > cap:
            raise Refused(FetchReason.TOO_LARGE, f"over {cap} bytes")
        body = Inflated(response.headers.get("Content-Encoding", "").strip().lower(), cap)
        try:
            await self._fill(body, response, wanted, turn)
        except (aiohttp.ClientError, OSError) as error:
            raise Refused(FetchReason.TRUNCATED, "the connection ended before the body", passing=True) from error
        return body.end()
