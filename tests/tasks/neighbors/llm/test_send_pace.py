"""How fast questions are sent."""

import asyncio
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from storage.records import AnswerReason
from tasks.neighbors.llm.answer import Question
from tasks.neighbors.llm.ask import ask
from tasks.neighbors.llm.budget import Meter, OverBudget
from tasks.neighbors.llm.config import Budget, LanguageModel, Pace
from tasks.neighbors.llm.endpoint import connect
from tasks.neighbors.llm.prompt import read_prompt
from tasks.neighbors.llm.send import line_to, send
from tasks.neighbors.llm.store import Given
from tests.tasks.neighbors.llm.asking import GOOD, parrot, propose, things
from tests.tasks.neighbors.llm.endpoint import completion, error, serve

LEMON = Question(name="lemon", count=2, avoid=())


def _good() -> web.Response:
    return completion(GOOD)


async def _send_all(model: LanguageModel, questions: Sequence[Question], patience: float) -> list[bool]:
    """Which of the questions, asked at once, came to an end within some seconds; OverBudget is an end too."""

    async def one(question: Question) -> None:
        try:
            await send(line, question, "", Meter())
        except OverBudget:
            return

    async with connect(model) as client:
        line = line_to(client, model, read_prompt("v1"))
        tasks = [asyncio.create_task(one(question)) for question in questions]
        await asyncio.wait(tasks, timeout=patience)
        ended = [task.done() for task in tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return ended


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_requests_are_under_way_than_allowed(tmp_path: Path, concurrency: int) -> None:
    """As many as the recipe says, retries and stricter questions among them."""
    useless = iter(range(1_000))

    async def slowly(_: dict[str, Any]) -> web.Response:
        await asyncio.sleep(0.01)
        return (_good(), error(500, "no"), completion("no JSON"), _good())[next(useless) % 4]

    with serve(slowly) as endpoint:
        propose(endpoint, tmp_path, things(12), pace=Pace(retries=3, concurrency=concurrency))
    assert endpoint.most_under_way == concurrency


def test_requests_a_minute_hold_back() -> None:
    """Where two a minute are allowed, the second is not sent with the first."""
    with serve(lambda _: _good()) as endpoint:
        model = parrot(endpoint.url, pace=Pace(requests_per_minute=2))
        assert asyncio.run(_send_all(model, [LEMON] * 3, 0.25)) == [True, False, False]
    assert len(endpoint.requests) == 1


def test_retries_count_as_requests_a_minute() -> None:
    """A busy endpoint is not asked faster than it allows."""
    with serve(lambda _: error(500, "busy")) as endpoint:
        model = parrot(endpoint.url, pace=Pace(requests_per_minute=2, retries=5))
        assert asyncio.run(_send_all(model, [LEMON], 0.25)) == [False]
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(("allowed", "sent"), [(2_500, 1), (1, 1), (1_000_000, 3)])
def test_tokens_a_minute_hold_back(allowed: int, sent: int) -> None:
    """By what a request is expected to cost; one that alone would cost more than allowed is sent all the same."""
    with serve(lambda _: _good()) as endpoint:
        model = parrot(endpoint.url, pace=Pace(tokens_per_minute=allowed))
        asyncio.run(_send_all(model, [LEMON] * 3, 0.25))
    assert len(endpoint.requests) == sent


def test_what_is_over_the_budget_waits_for_no_turn() -> None:
    """It takes no place among the requests of a minute, which it will not use."""
    with serve(lambda _: completion(GOOD, cost=(3_000, 1_000))) as endpoint:
        model = parrot(endpoint.url, pace=Pace(requests_per_minute=1), budget=Budget(tokens=9_000))
        assert asyncio.run(_send_all(model, [LEMON] * 5, 30)) == [True] * 5
    assert len(endpoint.requests) == 1


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with a space every now and then, for ever."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)


async def _ask_a_dripping_endpoint() -> Given:
    server = await asyncio.start_server(_drip, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    model = LanguageModel(base_url=url, model="drip", key_variable=None, pace=Pace(timeout=0.2, retries=0))
    async with server, connect(model) as client:
        return await ask(line_to(client, model, read_prompt("v1")), LEMON)


def test_an_answer_that_drips_is_given_up() -> None:
    """The time limit is of the whole answer, not of each byte."""
    given = asyncio.run(asyncio.wait_for(_ask_a_dripping_endpoint(), 10))
    assert given.reason is AnswerReason.REQUEST_FAILED
    assert "timeout = 0.2" in given.detail
