"""A body as it comes in: unfolded within bounds, and given up as soon as it is not worth its time."""

import asyncio
import zlib
from collections.abc import Callable

import aiohttp

from storage.records import FetchReason
from tasks.crawl.guard import Refused
from tasks.crawl.limits import Limits

_CHUNK = 64 << 10
_START = 64  # bytes that tell every format from what is none
_GRACE = 5.0  # seconds before a rate says anything

Wanted = Callable[[bytes], bool]
"""Whether a body that begins like this is worth the rest."""


class _Unfolded:
    """The bytes of a body, decompressed where its encoding says so, never more than the cap and one chunk."""

    def __init__(self, encoding: str, cap: int) -> None:
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise Refused(FetchReason.NOT_A_PICTURE, "an encoding that was not asked for")
        # 32 lets zlib tell gzip and zlib headers apart.
        self._inflate = None if encoding in ("", "identity") else zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._cap = cap
        self.data = bytearray()

    def add(self, chunk: bytes) -> None:
        room = self._cap - len(self.data) + 1
        try:
            self.data += self._inflate.decompress(chunk, room) if self._inflate else chunk
        except zlib.error as error:
            raise Refused(FetchReason.NOT_A_PICTURE, "its encoding is damaged") from error
        if len(self.data) > self._cap:
            raise Refused(FetchReason.TOO_LARGE, f"over {self._cap} bytes")

    def end(self) -> bytes:
        if self._inflate and not self._inflate.eof:
            raise Refused(FetchReason.TRUNCATED, "its encoding breaks off")
        return bytes(self.data)


async def read_body(response: aiohttp.ClientResponse, cap: int, limits: Limits, wanted: Wanted) -> bytes:
    """The whole body, at most `cap` bytes of it; raises Refused where it is unwanted, too long, too slow or cut."""
    if (response.content_length or 0) > cap:
        raise Refused(FetchReason.TOO_LARGE, f"over {cap} bytes")
    body = _Unfolded(response.headers.get("Content-Encoding", "").strip().lower(), cap)
    clock = asyncio.get_running_loop().time
    began, came, known = clock(), 0, False
    try:
        async for chunk in response.content.iter_chunked(_CHUNK):
            came += len(chunk)
            body.add(chunk)
            if not known and not wanted(bytes(body.data[:_START])):
                raise Refused(FetchReason.NOT_A_PICTURE)
            known = len(body.data) >= _START
            if (took := clock() - began) > _GRACE and came < limits.min_bytes_per_second * took:
                raise Refused(FetchReason.TIMEOUT, f"under {limits.min_bytes_per_second} bytes a second", passing=True)
    except (aiohttp.ClientError, OSError) as error:
        raise Refused(FetchReason.TRUNCATED, "the connection ended before the body", passing=True) from error
    return body.end()
