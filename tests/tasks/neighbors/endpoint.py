"""A chat-completions endpoint on loopback, answering as a test tells it to, in a thread of its own."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Reply = Callable[[dict[str, Any]], web.Response]
"""What the endpoint answers to a request's JSON body."""


@dataclass(slots=True)
class Endpoint:
    """A running endpoint: its address, and every request body with the key that came with it."""

    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def asked(self, number: int = -1) -> dict[str, Any]:
        """The question of one request, counted in the order of arrival."""
        question: dict[str, Any] = json.loads(self.requests[number]["messages"][-1]["content"])
        return question


def completion(content: str, finish: str = "stop", refusal: str | None = None) -> web.Response:
    """A whole completion that cost 100 tokens in and 20 out."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return web.json_response(
        {
            "id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": "parrot",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }
    )  # fmt: skip


def error(status: int, message: str) -> web.Response:
    """A refusal in the form of the protocol."""
    return web.json_response({"error": {"message": message, "type": "error", "code": None}}, status=status)


async def _serve(reply: Reply, endpoint: Endpoint, up: threading.Event, stop: asyncio.Event) -> None:
    async def answer(request: web.Request) -> web.Response:
        body = await request.json()
        endpoint.requests.append(body)
        endpoint.keys.append(request.headers["Authorization"].removeprefix("Bearer "))
        return reply(body)

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    up.set()
    await stop.wait()
    await runner.cleanup()


@contextmanager
def serve(reply: Reply) -> Iterator[Endpoint]:
    """An endpoint for as long as the context lasts."""
    endpoint, up, loop, stop = Endpoint(), threading.Event(), asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(_serve(reply, endpoint, up, stop),))
    thread.start()
    try:
        assert up.wait(10)
        yield endpoint
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
