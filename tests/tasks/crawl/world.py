"""A real web server on many loopback addresses, with good pictures and every fault that hosts have."""

import asyncio
import gzip
import io
import struct
import threading
import zlib
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager

import numpy as np
from aiohttp import web
from PIL import Image

from storage.records import Candidate
from tasks.crawl.config import CrawlConfig

PUBLIC = [f"127.0.0.{i}" for i in range(2, 8)]
PRIVATE = "127.1.0.1"
"""PUBLIC addresses are let through in the tests' config; the PRIVATE one plays an inner network."""
SILENCE = 60.0
"""Seconds until a silent host answers."""


def jpeg(seed: int, side: int = 96) -> bytes:
    """A small picture that no other seed gives."""
    pixels = np.random.default_rng(seed).integers(0, 256, (side // 8, side // 8, 3), dtype=np.uint8)
    sink = io.BytesIO()
    Image.fromarray(pixels).resize((side, side)).save(sink, "JPEG")
    return sink.getvalue()


def huge_png() -> bytes:
    """A picture of 16,000 x 16,000 pixels by its header, with next to nothing behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 16_000, 16_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def corrupt_png() -> bytes:
    """A picture whose pixels do not unfold."""
    sink = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8)).save(sink, "PNG")
    data = bytearray(sink.getvalue())
    data[2000:2100] = bytes(100)
    return bytes(data)


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _plain(body: bytes, kind: str = "image/jpeg", **headers: str) -> web.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.Response(body=body, content_type=kind, headers=named)


def heavy_png(seed: int) -> bytes:
    """A picture of three million bytes that no other seed gives."""
    sink = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (1000, 1000, 3), dtype=np.uint8)).save(sink, "PNG")
    return sink.getvalue()


class World:
    """What the server did: requests by host and path, and how many were open at once."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.open: Counter[str] = Counter()
        self.most: defaultdict[str, int] = defaultdict(int)
        self.most_of_all = 0
        self.throttle: dict[str, list[float]] = {}
        self.failing: dict[str, int] = {}
        self.robots: dict[str, tuple[int, str]] = {}
        self.search: Handler | None = None
        self.port = 0
        self.sent = 0
        self.reached: set[str] = set()

    def url(self, path: str, host: str = PUBLIC[0]) -> str:
        """The address of a path on a host."""
        return f"http://{host}:{self.port}{path}"

    def paths(self, host: str = PUBLIC[0]) -> list[str]:
        """What a host was asked for, without robots.txt."""
        return [path for asked, path in self.asked if asked == host and path != "/robots.txt"]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Count a request, and answer it as its path says."""
        host = request.url.host or ""
        if request.transport:
            self.reached.add(request.transport.get_extra_info("sockname")[0])
        self.asked.append((host, request.path))
        self.open[host] += 1
        self.most[host] = max(self.most[host], self.open[host])
        self.most_of_all = max(self.most_of_all, self.open.total())
        try:
            return await self._answer(request, host)
        finally:
            self.open[host] -= 1

    async def _answer(self, request: web.Request, host: str) -> web.StreamResponse:
        if request.path == "/robots.txt":
            status, text = self.robots.get(host, (404, ""))
            return web.Response(status=status, text=text)
        if request.path.startswith("/v1/images") and self.search:
            return await self.search(request)
        kind = request.path.split("/")[1]
        if self.failing.get(request.path, 0) > 0:
            self.failing[request.path] -= 1
            return web.Response(status=500)
        if kind == "throttled":
            waits = self.throttle.setdefault(request.path, [0.3])
            if waits:
                return web.Response(status=429, headers={"Retry-After": f"{waits.pop(0):g}"})
        return await self._picture(request, kind)

    async def _stream(
        self, request: web.Request, length: int | None, chunk: bytes, times: int, pause: float, encoding: str = ""
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Encoding": encoding} if encoding else {})
        response.content_length = length
        await response.prepare(request)
        for _ in range(times):
            await response.write(chunk)
            self.sent += len(chunk)
            await asyncio.sleep(pause)
        if request.transport:
            request.transport.close()
        return response

    async def _picture(self, request: web.Request, kind: str) -> web.StreamResponse:
        seed = zlib.crc32(request.path.encode())
        good = jpeg(seed)
        match kind:
            case "slowly":
                await asyncio.sleep(0.05)
            case "missing":
                return web.Response(status=404)
            case "truncated":
                return await self._stream(request, len(good), good[: len(good) // 2], 1, 0)
            case "cut":
                return _plain(good[: len(good) // 2])
            case "html":
                return _plain(b"<html><body>not found</body></html>")
            case "svg":
                return _plain(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml")
            case "endless":
                return await self._stream(request, None, good + bytes(1 << 16), 100_000, 0)
            case "endless-page":
                return await self._stream(request, None, b"<html>" + bytes(1 << 16), 100_000, 0)
            case "large":
                return await self._stream(request, 1 << 40, good, 1, 0)
            case "drip":
                return await self._stream(request, len(good), good[:1], 1000, 0.1)
            case "silent":
                await asyncio.sleep(SILENCE)
            case "heavy":
                return _plain(heavy_png(seed), "image/png")
            case "huge":
                return _plain(huge_png(), "image/png")
            case "small":
                return _plain(jpeg(seed, 16))
            case "gzip":
                return _plain(gzip.compress(good), Content_Encoding="gzip")
            case "bomb":
                return _plain(gzip.compress(good + bytes(64 << 20)), Content_Encoding="gzip")
            case "gzip-endless":
                return await self._stream(request, None, gzip.compress(good) + bytes(1 << 16), 10_000, 0, "gzip")
            case "odd-date":
                return web.Response(status=429, headers={"Retry-After": "Mon, 01 Jan 99999999999 00:00:00 GMT"})
            case "long":
                sink = io.BytesIO()
                Image.new("1", (64, 70_000)).save(sink, "PNG")
                return _plain(sink.getvalue(), "image/png")
            case "damaged-gzip":
                return _plain(b"no gzip at all" + good, Content_Encoding="gzip")
            case "cut-gzip":
                return _plain(gzip.compress(good)[:-200], Content_Encoding="gzip")
            case "brotli":
                return _plain(good, Content_Encoding="br")
            case "long-header":
                return _plain(good, X_Long="x" * 100_000)
            case "corrupt":
                return _plain(corrupt_png(), "image/png")
            case "no-content":
                return web.Response(status=204)
            case "ping":
                other = PUBLIC[1] if request.url.host == PUBLIC[0] else PUBLIC[0]
                return web.Response(status=302, headers={"Location": self.url(request.path, other)})
            case "noai":
                return _plain(good, X_Robots_Tag="noai")
            case "to":
                return web.Response(status=302, headers={"Location": request.query["url"]})
            case "loop":
                return web.Response(status=301, headers={"Location": request.path})
            case "busy":
                return web.Response(status=429, headers={"Retry-After": "3600"})
        return _plain(good)


async def _serve(world: World, ready: Future[Callable[[], object]]) -> None:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", world.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    for host in [*PUBLIC, PRIVATE]:
        await web.TCPSite(runner, host, world.port).start()
        world.port = world.port or runner.addresses[0][1]
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    ready.set_result(lambda: loop.call_soon_threadsafe(stop.set))
    await stop.wait()
    await runner.cleanup()


@contextmanager
def run_world() -> Iterator[World]:
    """The server, in a thread of its own."""
    world, ready = World(), Future[Callable[[], object]]()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(world, ready)))
    thread.start()
    stop = ready.result(10)
    try:
        yield world
    finally:
        stop()
        thread.join(10)


def offer(url: str, neighbor: str = "granny smith", rank: int = 0, license_id: str = "by") -> Candidate:
    """A candidate with this URL."""
    return Candidate(
        url=url, neighbor=neighbor, query=neighbor, rank=rank, source="openverse", title="a picture",
        creator="someone", license=license_id, license_url=f"https://creativecommons.org/licenses/{license_id}/4.0/",
        landing_url="https://example.org/page",
    )  # fmt: skip


def recipe(base_url: str = "http://127.0.0.2:1", pace: Mapping[str, object] = {}, **changes: object) -> CrawlConfig:
    """A config that may reach the PUBLIC addresses, with small limits."""
    return CrawlConfig.model_validate(
        {
            "sources": [{"kind": "openverse", "base_url": base_url, "pause_seconds": 0}],
            "contact": "mailto:test@example.org",
            "allow_networks": ["127.0.0.0/24"],
            "limits": {"max_bytes": 1 << 20, "max_pixels": 4_000_000},
            "pace": {"retry_seconds": 0.05, **pace},
            **changes,
        }
    )


def hasty() -> CrawlConfig:
    """The same with half a second for a URL, and one try, for hosts that would never end."""
    return recipe(limits={"deadline_seconds": 0.5}, pace={"retries": 0})
