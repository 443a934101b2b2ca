"""A search API on loopback that answers as a test says, and remembers what it was asked."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from aiohttp import web

from storage.records import Candidate
from tasks.crawl.sources.ask import Ask, Reply
from tasks.crawl.sources.base import Source
from tasks.crawl.web import open_web
from tests.tasks.crawl.world import recipe

Query = dict[str, str]


class Api:
    """`answer` gives JSON, or a whole response, for a query; `asked` are the queries so far."""

    def __init__(self) -> None:
        self.asked: list[Query] = []
        self.paths: list[str] = []
        self.agents: list[str] = []
        self.answer: Callable[[Query], object] = lambda _: {}
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        self.asked.append(dict(request.query))
        self.paths.append(request.path)
        self.agents.append(request.headers["User-Agent"])
        said = self.answer(dict(request.query))
        return said if isinstance(said, web.StreamResponse) else web.json_response(said)


async def _serve(api: Api, ready: Future[Callable[[], object]]) -> None:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", api.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.2", 0).start()
    api.url = f"http://127.0.0.2:{runner.addresses[0][1]}"
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    ready.set_result(lambda: loop.call_soon_threadsafe(stop.set))
    await stop.wait()
    await runner.cleanup()


@contextmanager
def run_api() -> Iterator[Api]:
    """The server, in a thread of its own."""
    api, ready = Api(), Future[Callable[[], object]]()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(api, ready)))
    thread.start()
    stop = ready.result(10)
    try:
        yield api
    finally:
        stop()
        thread.join(10)


def ask_for(
    text: str = "granny smith",
    limit: int = 1000,
    skip: int = 0,
    licenses: tuple[str, ...] = (),
    neighbor: str = "granny smith",
) -> Ask:
    """One query."""
    return Ask(text, neighbor, limit, licenses, skip)


def replies_of(source: Source, *asks: Ask) -> list[Reply]:
    """What a source says to a client that may ask the loopback."""

    async def run() -> list[Reply]:
        async with open_web(recipe(), "application/json") as session:
            return [reply async for reply in source.answers(asks, session)]

    return asyncio.run(run())


def found_by(source: Source, ask: Ask) -> list[Candidate]:
    """What a source offers; raises its refusal."""
    [reply] = replies_of(source, ask)
    if reply.refused:
        raise reply.refused
    return list(reply.offers)
