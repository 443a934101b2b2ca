"""A real S3 server on loopback, in a process of its own, and a proxy before it that misbehaves as told."""

import asyncio
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import s3fs
from aiohttp import ClientSession, web

from storage import remote
from tests.flows.postgres import free_port

START = 60.0
"""Seconds that the server may take to answer."""
HOP = {"transfer-encoding", "connection", "content-length", "keep-alive", "content-encoding"}


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def moto() -> Iterator[str]:
    """The address of moto's server while the block runs."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START
        while not _answers(port):
            assert process.poll() is None, f"moto ended with {process.returncode}"
            assert time.monotonic() < deadline, "moto does not answer"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@dataclass(slots=True)
class Faulty:
    """A proxy's address, how many of the next requests of a method it spoils, and how; what it saw."""

    address: str = ""
    refuse: int = 0
    cut: int = 0
    method: str = ""
    seen: list[str] = field(default_factory=list)
    spoilt: int = 0

    def spoil(self, method: str, refuse: int = 0, cut: int = 0) -> None:
        """Answer 503 to so many requests, then drop so many connections, of this method."""
        self.method, self.refuse, self.cut, self.spoilt = method, refuse, cut, 0

    async def handle(self, request: web.Request, behind: str, session: ClientSession) -> web.StreamResponse:
        """Pass a request on, or spoil it."""
        self.seen.append(f"{request.method} {request.path_qs}")
        if request.method == self.method and self.refuse + self.cut:
            self.spoilt += 1
            if self.refuse:
                self.refuse -= 1
                return web.Response(status=503)
            self.cut -= 1
            await request.content.readany()  # in the middle of the body
            if request.transport:
                request.transport.abort()
            return web.Response(status=500)
        headers = {name: value for name, value in request.headers.items() if name.lower() != "expect"}
        async with session.request(
            request.method, behind + request.raw_path, headers=headers, data=await request.read(), allow_redirects=False
        ) as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP}
            if request.method == "HEAD":
                kept["Content-Length"] = answer.headers.get("Content-Length", "0")
            return web.Response(status=answer.status, headers=kept, body=await answer.read())


@contextmanager
def proxied(behind: str) -> Iterator[Faulty]:
    """A faulty proxy before the server, in a thread of this process."""
    faulty, port, loop = Faulty(), free_port(), asyncio.new_event_loop()
    faulty.address = f"http://127.0.0.1:{port}"
    ready, end = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with ClientSession(auto_decompress=False) as session:

            async def handle(request: web.Request) -> web.StreamResponse:
                return await faulty.handle(request, behind, session)

            app = web.Application(client_max_size=1 << 30)
            app.router.add_route("*", "/{path:.*}", handle)
            runner = web.AppRunner(app)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            ready.set()
            await end.wait()
            await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    try:
        assert ready.wait(START), "the proxy does not start"
        yield faulty
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()


def environment(address: str) -> dict[str, str]:
    """The AWS variables that lead to a server."""
    return {
        "AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip


def forget() -> None:
    """Clients keep the addresses and keys that they were opened with: the next ones are new."""
    remote._of_process.cache_clear()
    s3fs.S3FileSystem.clear_instance_cache()


@contextmanager
def used(address: str) -> Iterator[None]:
    """The server is the one that this process and its children ask, while the block runs."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(address).items():
            patch.setenv(name, value)
        forget()
        yield
    forget()


def bucket() -> str:
    """A new, empty bucket on the server that the environment names."""
    name = f"b{uuid.uuid4().hex[:12]}"
    s3fs.S3FileSystem(skip_instance_cache=True).mkdir(name)
    return f"s3://{name}"
