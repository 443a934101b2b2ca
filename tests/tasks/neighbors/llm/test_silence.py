"""An endpoint that answers nobody is down; one question that is never answered is that question's fault."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from storage.errors import Unreachable
from storage.records import AnswerReason
from tasks.neighbors.llm.config import Budget, Pace
from tests.tasks.neighbors.llm.asking import GOOD, propose, reasons, things
from tests.tasks.neighbors.llm.endpoint import Reply, completion, error, question_of, serve

PACE = Pace(retries=20, timeout=2, patience=1, concurrency=2)


async def _hanging() -> web.Response:
    await asyncio.sleep(30)  # ended with the endpoint
    return completion(GOOD)


@pytest.mark.parametrize("hangs", [True, False], ids=["hanging", "503"])
def test_silence_stops_the_stage_in_bounded_time_and_the_rest_is_asked_later(tmp_path: Path, hangs: bool) -> None:
    """Without patience this would take 60 classes, 21 tries each; what was answered is held, what it cost too."""
    good = 3

    async def reply(_: dict[str, Any]) -> web.Response:
        if len(endpoint.requests) <= good:
            return completion(GOOD)
        await asyncio.sleep(30 if hangs else 0.05)  # ended with the endpoint
        return error(503, "down")

    began = time.monotonic()
    with serve(reply) as endpoint, pytest.raises(Unreachable, match=r"has not answered for 1 seconds") as raised:
        propose(endpoint, tmp_path, things(60), pace=PACE)
    assert time.monotonic() - began < 30
    assert endpoint.url in raised.value.problem
    assert "neighbors.provider.pace.patience" in raised.value.mend
    with serve(lambda _: completion(GOOD), port=endpoint.port) as back:
        proposed = propose(back, tmp_path, things(60), pace=PACE)
    assert (len(back.requests), len(proposed.proposals)) == (60 - good, 60)
    lost = sum(spend.prompt_tokens + spend.completion_tokens for spend in proposed.spend) - 60 * 120
    assert (lost > 0) == hangs


def test_one_question_that_is_never_answered_stops_nothing(tmp_path: Path) -> None:
    """It is asked last, and alone for longer than the patience."""

    async def reply(body: dict[str, Any]) -> web.Response:
        return await _hanging() if question_of(body)["class"] == "thing 00" else completion(GOOD)

    pace = Pace(retries=2, timeout=1, patience=1, concurrency=1)
    with serve(reply) as endpoint:
        proposed = propose(endpoint, tmp_path, things(4), pace=pace)
    assert reasons(proposed) == {0: AnswerReason.REQUEST_FAILED}
    assert [proposal.parent for proposal in proposed.proposals] == [1, 2, 3]


def test_an_endpoint_that_refuses_is_not_silent(tmp_path: Path) -> None:
    """A 400 is an answer, however often it comes: every class is a row."""
    pace = Pace(retries=0, patience=0.001, concurrency=2)
    with serve(lambda _: error(400, "never")) as endpoint:
        proposed = propose(endpoint, tmp_path, things(6), pace=pace, budget=Budget())
    assert len(proposed.unanswered) == 6


def _without(odd: set[str]) -> Reply:
    """An endpoint that answers every class but these."""

    async def reply(body: dict[str, Any]) -> web.Response:
        return await _hanging() if question_of(body)["class"] in odd else completion(GOOD)

    return reply


def test_questions_that_are_never_answered_end_the_stage_however_many_they_are(tmp_path: Path) -> None:
    """An answered question, asked again, tells their silence from the endpoint's; so it does where they alone are left.

    What asking it costs is on the bill of a class that was silent.
    """
    pace, odd = Pace(retries=2, timeout=1, patience=1.5), {3: "thing 03", 5: "thing 05", 7: "thing 07"}
    with serve(_without(set(odd.values()))) as endpoint:
        proposed = propose(endpoint, tmp_path, things(12), pace=pace)
        asked = len(endpoint.requests)
        again = propose(endpoint, tmp_path, things(12), pace=pace)
        controls = set(endpoint.classes[asked:]) - set(odd.values())
    assert reasons(proposed) == reasons(again) == dict.fromkeys(odd, AnswerReason.REQUEST_FAILED)
    assert len(proposed.proposals) == len(again.proposals) == 12 - len(odd)
    assert len(controls) == 1, "the silence was never put to the test"
    assert sum(spend.requests for spend in again.spend if spend.label in odd) > 0


def test_an_endpoint_that_goes_silent_is_found_out_by_one_class(tmp_path: Path) -> None:
    """With one request at a time, and long before the retries of that class are used up."""
    good = 3

    async def reply(_: dict[str, Any]) -> web.Response:
        return completion(GOOD) if len(endpoint.requests) <= good else await _hanging()

    pace = Pace(retries=20, timeout=1, patience=1, concurrency=1)
    with serve(reply) as endpoint, pytest.raises(Unreachable):
        propose(endpoint, tmp_path, things(60), pace=pace)
    assert len(endpoint.requests) - good <= 4
