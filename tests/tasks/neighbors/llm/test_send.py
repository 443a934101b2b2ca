"""One question on its way: what is sent, and how often."""

import asyncio
from pathlib import Path
from typing import Any

import openai
import pytest
import stamina
from aiohttp import web

from storage.records import AnswerReason
from tasks.neighbors.llm.answer import Question
from tasks.neighbors.llm.budget import Meter
from tasks.neighbors.llm.config import Pace
from tasks.neighbors.llm.endpoint import connect
from tasks.neighbors.llm.prompt import read_prompt
from tasks.neighbors.llm.send import line_to, send
from tests.tasks.neighbors.llm.asking import GOOD, parrot, propose, things
from tests.tasks.neighbors.llm.endpoint import (
    Endpoint,
    HangUp,
    Prepared,
    completion,
    error,
    in_turn,
    question_of,
    serve,
)

LEMON = Question(name="lemon", count=2, avoid=())
ONE = things(1)


def _hang_up() -> web.Response:
    raise HangUp


def _good() -> web.Response:
    return completion(GOOD)


@pytest.mark.parametrize(
    "failure",
    [*(lambda status=status: error(status, "later") for status in (408, 409, 429, 500, 502, 503, 529)), _hang_up],
    ids=["408", "409", "429", "500", "502", "503", "529", "hung up"],
)
def test_what_may_pass_is_asked_again(tmp_path: Path, failure: Prepared) -> None:
    """A busy or broken endpoint, and one that hangs up, is asked within the recipe's retries."""
    with serve(in_turn(failure, failure, _good)) as endpoint:
        proposed = propose(endpoint, tmp_path, ONE, pace=Pace(retries=2))
    assert len(proposed.proposals) == 1
    assert len(endpoint.requests) == 3
    assert proposed.spend[0].requests == 1


@pytest.mark.parametrize("status", [400, 405, 413, 422])
def test_what_will_not_pass_is_not_asked_again(tmp_path: Path, status: int) -> None:
    """Another request like it would fail in the same way."""
    with serve(lambda _: error(status, "never")) as endpoint:
        (row,) = propose(endpoint, tmp_path, ONE, pace=Pace(retries=5)).unanswered
    assert len(endpoint.requests) == 1
    assert row.reason is AnswerReason.REQUEST_FAILED
    assert "never" in row.detail


@pytest.mark.parametrize("retries", [0, 3])
def test_retries_end(tmp_path: Path, retries: int) -> None:
    """An endpoint that stays broken is asked once more than the recipe's retries, and the class is a row."""
    with serve(lambda _: error(500, "out of memory")) as endpoint:
        (row,) = propose(endpoint, tmp_path, ONE, pace=Pace(retries=retries)).unanswered
    assert len(endpoint.requests) == retries + 1
    assert (row.reason, "out of memory" in row.detail) == (AnswerReason.REQUEST_FAILED, True)


@pytest.mark.parametrize("status", [429, 503])
def test_a_stated_pause_is_kept(tmp_path: Path, status: int) -> None:
    """The next request comes after the seconds of Retry-After, whole or fractional, and not long after."""
    with stamina.set_testing(False), serve(in_turn(lambda: error(status, "busy", None, "0.1"), _good)) as endpoint:
        assert propose(endpoint, tmp_path, ONE, pace=Pace(retries=1)).proposals
    assert 0.1 <= endpoint.times[1] - endpoint.times[0] < 0.5  # the back-off without it is half a second or more


def test_a_pause_of_nothing_is_a_pause(tmp_path: Path) -> None:
    """Retry-After: 0 asks to come again, and at once."""
    with stamina.set_testing(False), serve(in_turn(lambda: error(429, "busy", None, "0"), _good)) as endpoint:
        assert propose(endpoint, tmp_path, ONE, pace=Pace(retries=1)).proposals
    assert endpoint.times[1] - endpoint.times[0] < 2  # where nothing is said, five seconds


def test_a_pause_beyond_patience_is_a_row(tmp_path: Path) -> None:
    """An hour is waited for by the next run, not by this one."""
    with stamina.set_testing(False), serve(lambda _: error(429, "tomorrow", None, "3600")) as endpoint:
        (row,) = propose(endpoint, tmp_path, ONE, pace=Pace(retries=5)).unanswered
    assert len(endpoint.requests) == 1
    assert (row.reason, "tomorrow" in row.detail) == (AnswerReason.REQUEST_FAILED, True)


def test_a_slow_answer_is_a_row(tmp_path: Path) -> None:
    """A request over its time limit fails its own class."""

    async def slowly(body: dict[str, Any]) -> web.Response:
        await asyncio.sleep(30 if question_of(body)["class"] == "thing 00" else 0)  # ended with the endpoint
        return _good()

    with serve(slowly) as endpoint:
        proposed = propose(endpoint, tmp_path, things(2), pace=Pace(retries=0, timeout=1.25))
    assert [(row.label, row.reason) for row in proposed.unanswered] == [(0, AnswerReason.REQUEST_FAILED)]
    assert "1.25" in proposed.unanswered[0].detail
    assert [proposal.parent for proposal in proposed.proposals] == [1]


def _body(base_url: str | None = None, **fields: Any) -> dict[str, Any]:
    """What is sent to a model at this address; the test's endpoint stands in for it."""

    async def ask(endpoint: Endpoint) -> None:
        async with connect(parrot(endpoint.url)) as client:
            await send(
                line_to(client, parrot(base_url or endpoint.url, **fields), read_prompt("v1")), LEMON, "", Meter()
            )

    with serve(lambda _: _good()) as endpoint:
        asyncio.run(ask(endpoint))
    return endpoint.requests[0]


@pytest.mark.parametrize("base_url", [None, "https://notopenai.com/v1", "http://localhost/openai.com/v1"])
def test_the_longest_answer_goes_by_its_older_name(base_url: str | None) -> None:
    """max_tokens is what endpoints know that speak the protocol without being OpenAI's."""
    body = _body(base_url, max_tokens=777)
    assert (body["max_tokens"], "max_completion_tokens" in body) == (777, False)


@pytest.mark.parametrize("base_url", ["https://api.openai.com/v1", "https://eu.api.openai.com", "http://openai.com:80"])
def test_openai_is_told_the_longest_answer_by_its_newer_name(base_url: str) -> None:
    """Its newer models refuse max_tokens."""
    body = _body(base_url, max_tokens=777)
    assert (body["max_completion_tokens"], "max_tokens" in body) == (777, False)


def test_the_recipe_is_sent() -> None:
    """Model, temperature and seed as it says; no seed where it says none."""
    body = _body(model="macaw", temperature=0.25, seed=11)
    assert (body["model"], body["temperature"], body["seed"]) == ("macaw", 0.25, 11)
    assert body["response_format"]["json_schema"]["strict"] is True
    assert "seed" not in _body(seed=None)


def test_a_failed_request_is_the_clients_own_error() -> None:
    """Where the retries are used up, the last failure is what the caller sees."""

    async def ask(endpoint: Endpoint) -> None:
        model = parrot(endpoint.url)
        async with connect(model) as client:
            await send(line_to(client, model, read_prompt("v1")), LEMON, "", Meter())

    with serve(lambda _: error(500, "no")) as endpoint, pytest.raises(openai.InternalServerError):
        asyncio.run(ask(endpoint))
