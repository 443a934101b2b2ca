"""The server: the base address with model, search and ledger, and the image hosts, on one port.

Image hosts are further loopback addresses (127.0.1.1 and on), which Linux has without setup.
"""

import asyncio
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from sandbox import chat, controls, hosts, inspection, search
from sandbox.chat_behavior import ChatBehavior
from sandbox.companion import Signals, accompany
from sandbox.corpus import Corpus
from sandbox.errors import BadAddress
from sandbox.offers import address_of
from sandbox.world import WORLD, World, make_world

BASE = "127.0.0.1"
LARGEST_PROMPT = 1 << 20
"""Bytes of a request's body."""

ENDING = 1.0
"""Seconds that open requests get when the server ends."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a sandbox is started with; port 0 takes a free one."""

    seed: int = 0
    port: int = 8765
    hosts: int = 50
    chat: ChatBehavior = field(default_factory=ChatBehavior)


def _bind(settings: Settings) -> list[socket.socket]:
    """Sockets for the base address and every image host, all on the base address's port."""
    port, bound = settings.port, []
    for address in [BASE, *(address_of(host) for host in range(settings.hosts))]:
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((address, port))
        except OSError as error:
            raise BadAddress(
                f"cannot listen on {address}, port {port}: {error.strerror}; "
                "choose another --port, or end what holds this one (Linux has all of 127.0.0.0/8, macOS has not)"
            ) from error
        port = listening.getsockname()[1]
        bound.append(listening)
    return bound


def _application(world: World, routes: Sequence[web.RouteDef]) -> web.Application:
    app = web.Application(middlewares=[inspection.count, controls.refuse], client_max_size=LARGEST_PROMPT)
    app[WORLD] = world
    app.add_routes(routes)
    return app


def _base(world: World) -> web.Application:
    return _application(
        world,
        [
            web.post("/v1/chat/completions", chat.complete),
            web.get("/v1/images/", search.search),
            web.get("/ledger", inspection.ledger),
            web.get("/requests", inspection.requests),
            web.get("/bill", inspection.bill),
            web.post("/grow", controls.grow),
            web.post("/outage", controls.outage),
        ],
    )


def _image_host(world: World) -> web.Application:
    return _application(world, [web.get("/p/{name}", hosts.picture), web.get("/robots.txt", hosts.robots)])


async def _start(app: web.Application, sockets: Sequence[socket.socket]) -> web.AppRunner:
    # A handler whose client has gone is cancelled, or answers that never come would pile up.
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=ENDING)
    await runner.setup()
    for listening in sockets:
        await web.SockSite(runner, listening).start()
    return runner


def _hear() -> Signals:
    """The signals that end the sandbox, as they come; a hang-up that is ignored, as under nohup, stays so."""
    heard: Signals = Signals()
    under_nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, *(() if under_nohup else (signal.SIGHUP,))):
        asyncio.get_running_loop().add_signal_handler(number, heard.put_nowait, number)
    return heard


async def serve(
    corpus: Corpus, settings: Settings, ready: Callable[[str, World], None], command: Sequence[str] = ()
) -> int:
    """Serve a corpus until a signal ends it, or while a command runs; then with the command's exit code, else 0.

    `ready` is told the base address once all answer.
    """
    signals = _hear()
    sockets = _bind(settings)
    port = sockets[0].getsockname()[1]
    world = make_world(corpus, settings.seed, settings.hosts, port, settings.chat)
    runners = [await _start(_base(world), sockets[:1]), await _start(_image_host(world), sockets[1:])]
    ready(f"http://{BASE}:{port}", world)
    try:
        if command:
            signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # Ctrl-Z would stop the sandbox and not the command
            return await accompany(command, signals)
        await signals.get()
        return 0
    finally:
        world.closing.set()
        for runner in runners:
            await runner.cleanup()
