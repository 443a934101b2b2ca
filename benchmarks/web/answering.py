"""One connection of the served web: a raw protocol, so that the server is never what is measured."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import cast

from benchmarks.web.kinds import Kind, number_of
from benchmarks.web.site import MISSING_ANSWER, ROBOTS, ROBOTS_ANSWER, Site

DRIP_SECONDS = 1.5
"""Between two bytes of a dripping body."""

ENDLESS_BYTES = 256 << 20
"""Where an endless body ends after all, so that no client can take the whole machine down."""

_BLOCK = bytes(1 << 18)
_MOST_BUFFERED = 1 << 20
_JPEG = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nConnection: close\r\n"

Bodies = Sequence[bytes]
"""The whole answer of every picture, by number."""


class Connection(asyncio.Protocol):
    """Answers requests one after the other, over one connection that is kept alive where asked."""

    def __init__(self, site: Site, bodies: Bodies, bomb: bytes) -> None:
        self._site, self._bodies, self._bomb = site, bodies, bomb
        self._buffer = b""
        self._slow: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember which host was called."""
        self._transport = cast(asyncio.Transport, transport)
        self._host = transport.get_extra_info("sockname")[0]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # as asyncio calls it
        """End what was still being sent."""
        for task in self._slow:
            task.cancel()

    def data_received(self, data: bytes) -> None:
        """Answer every whole request."""
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            self._answer(head.split(b" ", 2)[1].decode())
            if b"connection: close" in head.lower() and not self._slow:
                self._transport.close()

    def _answer(self, path: str) -> None:
        if throttled := self._site.throttled(self._host, path):
            self._transport.write(throttled)
        elif path == ROBOTS:
            self._site.note(self._host, path, 200)
            self._transport.write(ROBOTS_ANSWER)
        else:
            number = number_of(path)
            kind = self._site.kinds[number]
            self._site.note(self._host, path, 404 if kind == Kind.MISSING else 200)
            self._send(kind, number)

    def _send(self, kind: Kind, number: int) -> None:
        match kind:
            case Kind.MISSING:
                self._transport.write(MISSING_ANSWER)
            case Kind.BOMB:
                self._transport.write(self._bomb)
            case Kind.TRUNCATED:
                self._transport.write(self._bodies[number][: len(self._bodies[number]) // 2])
                self._transport.close()
            case Kind.DRIP:
                self._take_time(lambda: self._drip(self._bodies[number]))
            case Kind.ENDLESS:
                self._take_time(self._endless)
            case _:
                self._transport.write(self._bodies[number])

    def _take_time(self, send: Callable[[], Coroutine[None, None, None]]) -> None:
        task = asyncio.get_running_loop().create_task(send())
        self._slow.add(task)
        task.add_done_callback(self._slow.discard)

    async def _drip(self, body: bytes) -> None:
        head, _, rest = body.partition(b"\r\n\r\n")
        self._transport.write(head + b"\r\n\r\n")
        for byte in rest:
            if self._transport.is_closing():
                return
            self._transport.write(bytes([byte]))
            await asyncio.sleep(DRIP_SECONDS)

    async def _endless(self) -> None:
        self._transport.write(_JPEG + b"\r\n\xff\xd8\xff\xe0")
        for _ in range(ENDLESS_BYTES // len(_BLOCK)):
            if self._transport.is_closing():
                return
            while self._transport.get_write_buffer_size() > _MOST_BUFFERED:  # noqa: ASYNC110 - no drain in a protocol
                await asyncio.sleep(0.002)
            self._transport.write(_BLOCK)
        self._transport.close()
