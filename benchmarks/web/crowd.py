"""Two hundred hosts with small pictures: every URL answers the same each time, well or badly, by its number.

python -m benchmarks.web.crowd    # prints the port when all hosts answer, and ends with its parent's pipe
"""

import asyncio
import io
import socket
import sys
from typing import cast

import numpy as np
from PIL import Image

from benchmarks.web.kinds import number_of
from benchmarks.web.site import MISSING_ANSWER, ROBOTS, ROBOTS_ANSWER, answer

HOSTS = tuple(f"127.0.3.{last}" for last in range(1, 201))
NETWORK = "127.0.3.0/24"
ASKED = "/asked"
"""The path, at any host, that answers with the number of requests for pictures so far."""

_SHAPES = 16
_PAGE = answer("200 OK", "image/jpeg", b"<!doctype html><html><p>for members only</html>")


def url_of(number: int, port: int) -> str:
    """Where a picture is, by number."""
    return f"http://{HOSTS[number % len(HOSTS)]}:{port}/{number}.jpg"


def _jpeg(seed: int, side: int) -> bytes:
    sink = io.BytesIO()
    cells = np.random.default_rng(seed).integers(0, 256, (side // 8, side // 8, 3), dtype=np.uint8)
    Image.fromarray(cells).resize((side, side)).save(sink, "JPEG")
    return sink.getvalue()


class Crowd:
    """What every number answers."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._asked = 0
        self._shapes = [_jpeg(seed, 128) for seed in range(_SHAPES)]
        self._small = answer("200 OK", "image/jpeg", _jpeg(0, 32))

    def _picture(self, number: int) -> bytes:
        """A whole picture that no other number has: its number stands in a comment."""
        data, note = self._shapes[number % _SHAPES], str(number).encode()
        return data[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + data[2:]

    def answer(self, path: str) -> bytes:
        """The answer to a path; empty where the connection is closed instead."""
        if path == ROBOTS:
            return ROBOTS_ANSWER
        if path == ASKED:
            return answer("200 OK", "text/plain", str(self._asked).encode())
        self._asked += 1
        number = number_of(path)
        match number * 7919 % 100:
            case 0 | 1 | 2 | 3 | 4:
                return MISSING_ANSWER
            case 5 | 6 | 7:
                return _PAGE
            case 8 | 9 | 10:
                data = self._picture(number)
                return answer("200 OK", "image/jpeg", data[: len(data) // 2])
            case 11 | 12 if "from" not in path:
                there = f"http://{HOSTS[(number + 1) % len(HOSTS)]}:{self._port}/from/{number}.jpg"
                return answer("302 Found", "text/plain", b"", f"Location: {there}")
            case 13:
                return self._small
            case 14:
                return b""
        return answer("200 OK", "image/jpeg", self._picture(number))


class _Connection(asyncio.Protocol):
    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            if told := self._crowd.answer(head.split(b" ", 2)[1].decode()):
                self._transport.write(told)
            else:
                self._transport.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOSTS[0], 0))
        return int(probe.getsockname()[1])


async def _serve() -> None:
    crowd = Crowd(port := _free_port())
    for host in HOSTS:
        await asyncio.get_running_loop().create_server(lambda: _Connection(crowd), host, port, backlog=1024)
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
