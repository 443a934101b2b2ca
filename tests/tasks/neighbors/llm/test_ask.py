"""One class: what comes of an answer that cannot be used, and what it cost."""

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from storage.records import AnswerReason
from tasks.neighbors.llm.config import Pace, Prices
from tasks.neighbors.llm.prompt import prompt_digest
from tests.tasks.neighbors.llm.asking import GOOD, propose, things
from tests.tasks.neighbors.llm.endpoint import Prepared, completion, error, in_turn, question_of, serve

ONE_BY_ONE = Pace(retries=0, concurrency=1)


def _json(text: str | bytes) -> web.Response:
    return web.Response(body=text, content_type="application/json")


def _choice(message: object) -> web.Response:
    return web.json_response({"choices": [{"message": message, "finish_reason": "stop"}]})


@pytest.mark.parametrize(
    "first",
    [
        lambda: completion("Sure, here are some fruits!"),
        lambda: completion(GOOD[:20], finish="length"),
        lambda: completion("", refusal="I'd rather not"),
        lambda: completion('{"neighbors": []}'),
        lambda: _json(GOOD[:30]),
    ],
    ids=["not JSON", "cut off", "refused", "empty", "broken body"],
)
def test_one_stricter_question_follows_a_useless_answer(tmp_path: Path, first: Prepared) -> None:
    """The second request says what was wrong, and its answer counts."""
    with serve(in_turn(first, lambda: completion(GOOD))) as endpoint:
        proposed = propose(endpoint, tmp_path, pace=ONE_BY_ONE)
    assert len(proposed.proposals) == 2
    assert proposed.unanswered == ()
    assert ["could not be used" in endpoint.system(number) for number in range(4)] == [False, True, False, True]


def test_a_cut_off_answer_is_asked_for_half_as_much(tmp_path: Path) -> None:
    """Asking for the same again would be cut off again."""
    with serve(in_turn(lambda: completion("{", finish="length"), lambda: completion(GOOD))) as endpoint:
        propose(endpoint, tmp_path, things(1), count=9)
    assert [endpoint.asked(number)["count"] for number in range(2)] == [9, 4]


def test_the_digest_is_of_the_question_that_was_answered(tmp_path: Path) -> None:
    """The stricter one, where that brought the names."""
    with serve(in_turn(lambda: completion("no JSON"), lambda: completion(GOOD))) as endpoint:
        (lime,) = propose(endpoint, tmp_path, things(1)).proposals
    first, second = (prompt_digest(body["messages"], "parrot") for body in endpoint.requests)
    assert lime.prompt == second != first


@pytest.mark.parametrize(
    ("reply", "reason", "detail"),
    [
        (lambda: completion("no"), AnswerReason.MALFORMED, "Invalid JSON"),
        (lambda: completion('{"neighbors": [{"name": "a"}]}'), AnswerReason.MALFORMED, "neighbors.0.relation"),
        (lambda: completion("[" * 100_000), AnswerReason.MALFORMED, "recursion limit"),
        (lambda: completion("[" + "1" * 5_000), AnswerReason.MALFORMED, "number out of range"),
        (lambda: completion(GOOD.replace("lime", "\\ud83d")), AnswerReason.MALFORMED, "hex escape"),
        (lambda: completion("{", finish="length"), AnswerReason.TRUNCATED, "max_tokens"),
        (lambda: completion("", refusal="I'd rather not"), AnswerReason.REFUSED, "I'd rather not"),
        (lambda: completion("", refusal="half a \ud83d"), AnswerReason.REFUSED, "half a ?"),
        (lambda: completion("", finish="content_filter"), AnswerReason.REFUSED, "content filter"),
        (lambda: completion('{"neighbors": []}'), AnswerReason.EMPTY, "no category"),
        (lambda: web.json_response({"choices": []}), AnswerReason.EMPTY, "no choice"),
        (lambda: web.json_response({"choices": None}), AnswerReason.EMPTY, "no choice"),
        (lambda: web.json_response({"choices": [{}]}), AnswerReason.EMPTY, "no choice"),
        (lambda: web.json_response({"choices": [None]}), AnswerReason.MALFORMED, "choices.0"),
        (lambda: web.json_response({"choices": "lime"}), AnswerReason.MALFORMED, "choices"),
        (lambda: _choice("lime"), AnswerReason.MALFORMED, "choices.0.message"),
        (lambda: _choice({"content": ["lime"]}), AnswerReason.MALFORMED, "content"),
        (lambda: _choice({"content": None, "refusal": True}), AnswerReason.MALFORMED, "refusal"),
        (lambda: _json(b""), AnswerReason.MALFORMED, "no JSON"),
        (lambda: _json(b'{"choices": "\xff\xfe'), AnswerReason.MALFORMED, "no JSON"),
        (lambda: _json("[" * 100_000), AnswerReason.MALFORMED, "no JSON"),
        (lambda: _json('{"created": ' + "1" * 5_000 + "}"), AnswerReason.MALFORMED, "no JSON"),
        (lambda: error(500, "out of memory"), AnswerReason.REQUEST_FAILED, "out of memory"),
        (lambda: error(429, "slow down"), AnswerReason.REQUEST_FAILED, "slow down"),
        (lambda: error(400, "no such day"), AnswerReason.REQUEST_FAILED, "no such day"),
        (lambda: error(400, "half a \ud83d"), AnswerReason.REQUEST_FAILED, "half a ?"),
        (lambda: web.Response(status=400, body=b"\xff\xfe<html>"), AnswerReason.REQUEST_FAILED, "400"),
    ],
)
def test_a_class_without_an_answer_is_a_row(tmp_path: Path, reply: Prepared, reason: AnswerReason, detail: str) -> None:
    """The row says why; the other classes are not touched by it, whatever an endpoint sends."""

    def thing_00_fails(body: dict[str, Any]) -> web.Response:
        return reply() if question_of(body)["class"] == "thing 00" else completion(GOOD)

    with serve(thing_00_fails) as endpoint:
        proposed = propose(endpoint, tmp_path, things(2), pace=ONE_BY_ONE)
    assert [proposal.parent for proposal in proposed.proposals] == [1]
    (row,) = proposed.unanswered
    assert (row.label, row.reason) == (0, reason)
    assert detail in row.detail


def test_useless_answers_cost_too(tmp_path: Path) -> None:
    """Two requests a class, each of 100 tokens in and 20 out, at the recipe's prices."""
    prices = Prices(prompt=1, completion=10)
    with serve(in_turn(lambda: completion("no JSON"), lambda: completion(GOOD))) as endpoint:
        proposed = propose(endpoint, tmp_path, prices=prices)
    assert proposed.tokens == 480
    for spend in proposed.spend:
        assert (spend.requests, spend.prompt_tokens, spend.completion_tokens) == (2, 200, 40)
        assert spend.cost == pytest.approx((200 * 1 + 40 * 10) / 1e6)


@pytest.mark.parametrize(
    "usage",
    [
        None, {}, {"prompt_tokens": 5}, {"prompt_tokens": None, "completion_tokens": None}, "free",
        {"prompt_tokens": -5, "completion_tokens": 5}, {"prompt_tokens": 5, "completion_tokens": -5},
        {"prompt_tokens": "x", "completion_tokens": 1.5},
    ],
)  # fmt: skip
def test_an_answer_that_does_not_say_its_cost_counts_as_the_worst_case(tmp_path: Path, usage: object) -> None:
    """The longest answer, and a token for every byte of the question."""
    body = json.loads(completion(GOOD).body) | {"usage": usage}  # type: ignore[arg-type]  # bytes, by json_response
    with serve(lambda _: web.json_response(body)) as endpoint:
        (spend,) = propose(endpoint, tmp_path, things(1), max_tokens=321).spend
    sent = sum(len(message["content"].encode()) for message in endpoint.requests[0]["messages"])
    assert spend.completion_tokens == 321
    assert spend.prompt_tokens > sent


def test_an_answer_of_thousands_of_names_is_taken(tmp_path: Path) -> None:
    """What is too much is the vetting's to drop; ranks count through."""
    names = [{"name": f"n {at}", "relation": "sibling", "queries": ["q"] * 50, "why": "w"} for at in range(2_000)]
    with serve(lambda _: completion(json.dumps({"neighbors": names}))) as endpoint:
        proposed = propose(endpoint, tmp_path, things(1))
    assert [proposal.rank for proposal in proposed.proposals] == list(range(2_000))
    assert {len(proposal.queries) for proposal in proposed.proposals} == {3}
