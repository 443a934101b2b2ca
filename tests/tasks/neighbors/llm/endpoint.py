"""A chat-completions endpoint on loopback, answering as a test tells it to, in a thread of its own."""

import asyncio
import inspect
import json
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

Reply = Callable[[dict[str, Any]], web.Response | Awaitable[web.Response]]
"""What the endpoint answers to a request's JSON body."""

Prepared = Callable[[], web.Response]
"""A response of its own for every request."""


class HangUp(Exception):
    """Raised by a reply: the connection ends without a word."""


@dataclass(slots=True)
class Endpoint:
    """A running endpoint: its address, and every request body with its key and the time at which it came."""

    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    close: Callable[[], None] = lambda: None

    @property
    def port(self) -> int:
        """Where it listens, or did."""
        return urlsplit(self.url).port or 0

    def asked(self, number: int = -1) -> dict[str, Any]:
        """The question of one request, counted in the order of arrival."""
        return question_of(self.requests[number])

    @property
    def classes(self) -> list[str]:
        """The class that each request asked for, in the order of arrival."""
        return [self.asked(number)["class"] for number in range(len(self.requests))]

    def system(self, number: int = -1) -> str:
        """The instructions of one request."""
        return str(self.requests[number]["messages"][0]["content"])


def question_of(body: dict[str, Any]) -> dict[str, Any]:
    """The question in a request's body."""
    question: dict[str, Any] = json.loads(body["messages"][-1]["content"])
    return question


def completion(
    content: str | None, finish: str = "stop", refusal: str | None = None, cost: tuple[int, int] = (100, 20)
) -> web.Response:
    """A whole completion that cost 100 tokens in and 20 out."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return web.json_response(
        {
            "id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": "parrot",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": cost[0], "completion_tokens": cost[1], "total_tokens": sum(cost)},
        }
    )  # fmt: skip


def error(status: int, message: str, code: str | None = None, retry_after: str | None = None) -> web.Response:
    """A refusal in the form of the protocol."""
    body = {"error": {"message": message, "type": "error", "code": code}}
    return web.json_response(body, status=status, headers={"Retry-After": retry_after} if retry_after else None)


def in_turn(*replies: Prepared) -> Reply:
    """The first reply to the first request for a class, and so on."""
    seen: Counter[str] = Counter()

    def reply(body: dict[str, Any]) -> web.Response:
        name = question_of(body)["class"]
        seen[name] += 1
        return replies[seen[name] - 1]()

    return reply


async def _answer(reply: Reply, endpoint: Endpoint, request: web.Request) -> web.Response:
    body = await request.json()
    endpoint.requests.append(body)
    endpoint.keys.append(request.headers["Authorization"].removeprefix("Bearer "))
    endpoint.times.append(time.monotonic())
    try:
        answer = reply(body)
        return await answer if inspect.isawaitable(answer) else answer
    except HangUp:
        assert request.transport
        request.transport.abort()
        return web.Response()


async def _serve(reply: Reply, endpoint: Endpoint, port: int, up: threading.Event, stop: asyncio.Event) -> None:
    async def answer(request: web.Request) -> web.Response:
        endpoint.under_way += 1
        endpoint.most_under_way = max(endpoint.most_under_way, endpoint.under_way)
        try:
            return await _answer(reply, endpoint, request)
        finally:
            endpoint.under_way -= 1

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    up.set()
    await stop.wait()
    await runner.cleanup()


@contextmanager
def serve(reply: Reply, port: int = 0) -> Iterator[Endpoint]:
    """An endpoint for as long as the context lasts, or until it is closed."""
    endpoint, up, loop, stop = Endpoint(), threading.Event(), asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(_serve(reply, endpoint, port, up, stop),))
    thread.start()

    def close() -> None:
        if thread.is_alive():
            loop.call_soon_threadsafe(stop.set)
            thread.join(10)

    endpoint.close = close
    try:
        assert up.wait(60)
        yield endpoint
    finally:
        close()
        loop.close()
