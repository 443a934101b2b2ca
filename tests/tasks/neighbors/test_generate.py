"""Asking a real endpoint on loopback: what it answers, and what it may get wrong."""

import socket
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from storage.errors import BadInput, TooMuchLost, Unreachable
from storage.records import AnswerReason, Relation, TargetClass, Unanswered
from tasks.neighbors.answer import Answer, Named, render
from tasks.neighbors.config import NeighborsConfig
from tasks.neighbors.generate import Proposed, Usage, check_answered, propose
from tests.tasks.neighbors.endpoint import Endpoint, Reply, completion, error, serve

CLASSES = [TargetClass(0, "lemon", 5, 1, 1), TargetClass(1, "golden delicious", 2, 0, 1)]
LABELS = [target.name for target in CLASSES]
LIME = Named(name="lime", relation=Relation.SIBLING, queries=("lime fruit", "a", "b", "c"), why="a green lemon")
GOOD = render(Answer(neighbors=(LIME,)))


def _ask(reply: Reply, **fields: Any) -> tuple[Proposed, Endpoint]:  # fields of the section, of many types
    with serve(reply) as endpoint:
        config = NeighborsConfig(base_url=endpoint.url, model="parrot", key_variable=None, retries=0, **fields)
        return propose(CLASSES, LABELS, config), endpoint


def _in_turn(*replies: web.Response) -> Reply:
    """The first reply to the first request for a class, and so on."""
    seen: dict[str, int] = {}

    def reply(body: dict[str, Any]) -> web.Response:
        asked = body["messages"][-1]["content"].split('"count"')[0]
        seen[asked] = seen.get(asked, -1) + 1
        prepared = replies[seen[asked]]
        return web.Response(body=prepared.body, status=prepared.status, content_type=prepared.content_type)

    return reply


def test_a_question_brings_proposals() -> None:
    """Every class is asked once, with its count, the other names to avoid, and the schema."""
    proposed, endpoint = _ask(lambda _: completion(GOOD), per_class=5, seed=7)
    assert [proposal.parent for proposal in proposed.proposals] == [0, 1]
    lime = proposed.proposals[0]
    assert (lime.name, lime.relation, lime.model) == ("lime", Relation.SIBLING, "parrot")
    assert lime.queries == ("lime fruit", "a", "b")
    assert lime.prompt != proposed.proposals[1].prompt
    asked = {endpoint.asked(number)["class"]: endpoint.asked(number) for number in range(2)}
    assert asked["lemon"] == {"class": "lemon", "count": 5, "avoid": ["golden delicious"]}
    assert endpoint.requests[0]["response_format"]["type"] == "json_schema"
    assert endpoint.requests[0]["seed"] == 7
    assert proposed.unanswered == ()


def test_tokens_are_summed() -> None:
    """Failed answers cost too: two requests a class, each of 100 tokens in and 20 out."""
    proposed, _ = _ask(_in_turn(completion("no JSON"), completion(GOOD)))
    assert proposed.usage == Usage(4, 400, 80)
    assert [spend.requests for spend in proposed.spend] == [2, 2]


@pytest.mark.parametrize(
    "first",
    [
        lambda: completion("Sure, here are some fruits!"),
        lambda: completion(GOOD[:20], finish="length"),
        lambda: completion("", refusal="I'd rather not"),
        lambda: completion('{"neighbors": []}'),
        lambda: web.Response(text=GOOD[:30], content_type="application/json"),
    ],
    ids=["not JSON", "cut off", "refused", "empty", "broken body"],
)
def test_one_stricter_question_follows_a_useless_answer(first: Callable[[], web.Response]) -> None:
    """The second request says what was wrong, and its answer counts."""
    proposed, endpoint = _ask(_in_turn(first(), completion(GOOD)), concurrency=1)
    assert len(proposed.proposals) == 2
    assert proposed.unanswered == ()
    systems = [request["messages"][0]["content"] for request in endpoint.requests]
    assert ["could not be used" in system for system in systems] == [False, True, False, True]


def test_a_cut_off_answer_is_asked_for_half_as_much() -> None:
    """Asking for the same again would be cut off again."""
    _, endpoint = _ask(_in_turn(completion("{", finish="length"), completion(GOOD)), per_class=9, concurrency=1)
    assert [endpoint.asked(number)["count"] for number in range(2)] == [9, 4]


@pytest.mark.parametrize(
    ("reply", "reason", "detail"),
    [
        (lambda: completion("no"), AnswerReason.MALFORMED, "Invalid JSON"),
        (lambda: completion('{"neighbors": [{"name": "a"}]}'), AnswerReason.MALFORMED, "neighbors.0.relation"),
        (lambda: completion("{", finish="length"), AnswerReason.TRUNCATED, "max_tokens"),
        (lambda: completion("", refusal="I'd rather not"), AnswerReason.REFUSED, "I'd rather not"),
        (lambda: completion("", finish="content_filter"), AnswerReason.REFUSED, "content filter"),
        (lambda: completion('{"neighbors": []}'), AnswerReason.EMPTY, "no category"),
        (lambda: web.json_response({"choices": []}), AnswerReason.EMPTY, "no choice"),
        (lambda: error(500, "out of memory"), AnswerReason.REQUEST_FAILED, "out of memory"),
        (lambda: error(429, "slow down"), AnswerReason.REQUEST_FAILED, "slow down"),
        (lambda: error(400, "no json_schema here"), AnswerReason.REQUEST_FAILED, "no json_schema here"),
    ],
)
def test_a_class_without_an_answer_is_a_row(
    reply: Callable[[], web.Response], reason: AnswerReason, detail: str
) -> None:
    """The row says why; the other classes are not touched by it."""

    def lemon_fails(body: dict[str, Any]) -> web.Response:
        return reply() if '"class":"lemon"' in body["messages"][-1]["content"] else completion(GOOD)

    proposed, _ = _ask(lemon_fails)
    assert [proposal.parent for proposal in proposed.proposals] == [1]
    (row,) = proposed.unanswered
    assert (row.label, row.reason) == (0, reason)
    assert detail in row.detail


def test_a_slow_answer_is_a_row() -> None:
    """A request over its time limit fails its own class."""
    with socket.create_server(("127.0.0.1", 0)) as mute:  # accepts, and never says a word
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/v1"
        config = NeighborsConfig(base_url=url, model="parrot", key_variable=None, retries=0, timeout=0.2)
        proposed = propose(CLASSES, LABELS, config)
    assert [row.reason for row in proposed.unanswered] == [AnswerReason.REQUEST_FAILED] * 2
    assert "timed out" in proposed.unanswered[0].detail


def test_a_busy_endpoint_is_asked_again() -> None:
    """The client retries 429 within the recipe's retries."""
    busy = error(429, "slow down")
    with serve(_in_turn(busy, completion(GOOD))) as endpoint:
        config = NeighborsConfig(base_url=endpoint.url, model="parrot", key_variable=None, retries=1)
        assert len(propose(CLASSES[:1], LABELS, config).proposals) == 1


def test_the_key_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read from the environment variable that the recipe names."""
    monkeypatch.setenv("PARROT_KEY", " polly \n")
    with serve(lambda _: completion(GOOD)) as endpoint:
        propose(CLASSES, LABELS, NeighborsConfig(base_url=endpoint.url, model="parrot", key_variable="PARROT_KEY"))
    assert endpoint.keys == ["polly", "polly"]


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the variable; the mend names the field."""
    monkeypatch.delenv("PARROT_KEY", raising=False)
    with pytest.raises(BadInput, match="PARROT_KEY holds no API key") as missing:
        propose(CLASSES, LABELS, NeighborsConfig(key_variable="PARROT_KEY"))
    assert "neighbors.key_variable" in missing.value.mend


@pytest.mark.parametrize(
    ("status", "problem", "mend"),
    [
        (401, "refuses the API key in OPENAI_API_KEY", "neighbors.key_variable"),
        (403, "refuses the API key", "neighbors.key_variable"),
        (404, "does not know the model 'parrot'", "neighbors.model"),
    ],
)
def test_what_fails_for_all_classes_stops_the_stage(
    status: int, problem: str, mend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong key or model is one named error, not a row for every class."""
    monkeypatch.setenv("OPENAI_API_KEY", "wrong")
    with serve(lambda _: error(status, "no")) as endpoint, pytest.raises(BadInput, match=problem) as stopped:
        propose(CLASSES, LABELS, NeighborsConfig(base_url=endpoint.url, model="parrot"))
    assert mend in stopped.value.mend


def test_a_page_in_place_of_an_endpoint_is_named() -> None:
    """An address that serves web pages is a wrong base_url."""
    with pytest.raises(BadInput, match="chat-completions protocol") as stopped:
        _ask(lambda _: web.Response(text="<html>Welcome</html>", content_type="text/html"))
    assert "neighbors.base_url" in stopped.value.mend


def test_nothing_at_the_address_is_unreachable() -> None:
    """The error names the field, and the mend the sandbox, which people forget to start."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    config = NeighborsConfig(base_url=f"http://127.0.0.1:{port}/v1", model="parrot", key_variable=None, retries=0)
    with pytest.raises(Unreachable, match=r"neighbors\.base_url") as stopped:
        propose(CLASSES, LABELS, config)
    assert "python -m sandbox" in stopped.value.mend


def test_no_class_asks_nothing() -> None:
    """An empty partition needs neither key nor endpoint."""
    assert propose([], LABELS, NeighborsConfig()) == Proposed((), (), ())


def test_too_many_classes_without_an_answer_stop_the_stage() -> None:
    """The bound is a share of the classes; the error gives the first reason."""
    lost = [Unanswered(label, AnswerReason.REFUSED, "no") for label in range(3)]
    config = NeighborsConfig(most_unanswered=0.3)
    check_answered(10, lost, config)
    with pytest.raises(TooMuchLost, match=r"3 of 9 classes .* label 0: refused, no") as stopped:
        check_answered(9, lost, config)
    assert "neighbors.most_unanswered" in stopped.value.mend
