"""How the endpoint is asked to keep to JSON, and what happens where it cannot."""

from pathlib import Path
from typing import Any, Literal

import pytest
from aiohttp import web

from storage.records import AnswerReason
from tasks.neighbors.llm.config import Pace
from tests.tasks.neighbors.llm.asking import GOOD, propose, reasons, things
from tests.tasks.neighbors.llm.endpoint import Endpoint, Reply, completion, error, question_of, serve

SCHEMA, OBJECT, NONE = "json_schema", "json_object", ""
UNKNOWN = "response_format type {} is not supported by this model."
IN_WORDS = "Answer with one JSON object alone, of this JSON schema"


def _format(body: dict[str, Any]) -> str:
    """The response format that a request asks for; empty where it asks for none."""
    return str(body.get("response_format", {"type": NONE})["type"])


def _knowing(*known: str, status: int = 400) -> Reply:
    """An endpoint that refuses all other formats."""

    def reply(body: dict[str, Any]) -> web.Response:
        form = _format(body)
        return completion(GOOD) if form in known else error(status, UNKNOWN.format(form))

    return reply


def _formats(endpoint: Endpoint) -> list[str]:
    return [_format(body) for body in endpoint.requests]


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize(
    ("known", "tried"),
    [((SCHEMA, OBJECT, NONE), [SCHEMA]), ((OBJECT, NONE), [SCHEMA, OBJECT]), ((NONE,), [SCHEMA, OBJECT, NONE])],
    ids=["schema", "JSON mode", "words"],
)
def test_the_best_format_is_found_once(tmp_path: Path, known: tuple[str, ...], tried: list[str], status: int) -> None:
    """The first question learns what the endpoint refuses, and all later ones are asked in the format that works."""
    with serve(_knowing(*known, status=status)) as endpoint:
        proposed = propose(endpoint, tmp_path, things(4), pace=Pace(retries=0, concurrency=1))
    assert len(proposed.proposals) == 4
    assert _formats(endpoint) == [*tried, *tried[-1:] * 3]
    assert [IN_WORDS in endpoint.system(at) for at in range(len(endpoint.requests))] == [
        form != SCHEMA for form in _formats(endpoint)
    ]


def test_questions_under_way_together_learn_together(tmp_path: Path) -> None:
    """Each may be refused in a format, and none steps further down than the endpoint wants."""
    with serve(_knowing(OBJECT, NONE)) as endpoint:
        proposed = propose(endpoint, tmp_path, things(20), pace=Pace(retries=0, concurrency=5))
    assert len(proposed.proposals) == 20
    assert _formats(endpoint).count(SCHEMA) <= 5
    assert _formats(endpoint).count(OBJECT) == 20


@pytest.mark.parametrize(("answers", "form"), [("schema", SCHEMA), ("json", OBJECT), ("text", NONE)])
def test_a_chosen_format_is_the_only_one(tmp_path: Path, answers: str, form: str) -> None:
    """Where it is refused, every class is a row that says so."""
    with serve(_knowing(form)) as endpoint:
        assert len(propose(endpoint, tmp_path / "known", answers=answers).proposals) == 2
    assert _formats(endpoint) == [form, form]
    with serve(_knowing()) as endpoint:
        rows = propose(endpoint, tmp_path / "refused", answers=answers).unanswered
    assert _formats(endpoint) == [form, form]
    assert [row.reason for row in rows] == [AnswerReason.REQUEST_FAILED] * 2
    assert "is not supported" in rows[0].detail


def test_a_refusal_of_something_else_is_a_row(tmp_path: Path) -> None:
    """A question that is too long is as long in any format."""
    with serve(lambda _: error(400, "maximum context length is 4096 tokens")) as endpoint:
        rows = propose(endpoint, tmp_path).unanswered
    assert _formats(endpoint) == [SCHEMA, SCHEMA]
    assert [row.reason for row in rows] == [AnswerReason.REQUEST_FAILED] * 2
    assert "context length" in rows[0].detail


def test_refusing_every_format_ends(tmp_path: Path) -> None:
    """An endpoint that always speaks of its format is asked three times, and the class is a row."""
    with serve(lambda _: error(400, "no json_object today")) as endpoint:
        rows = propose(endpoint, tmp_path, things(1)).unanswered
    assert _formats(endpoint) == [SCHEMA, OBJECT, NONE]
    assert [(row.reason, "no json_object today" in row.detail) for row in rows] == [(AnswerReason.REQUEST_FAILED, True)]


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_format_changes_no_key(tmp_path: Path, form: Literal["json", "text"]) -> None:
    """An answer is held, however it was kept in form."""
    with serve(_knowing(SCHEMA, OBJECT, NONE)) as endpoint:
        propose(endpoint, tmp_path)
        again = propose(endpoint, tmp_path, answers=form)
    assert len(endpoint.requests) == 2
    assert all(spend.stored for spend in again.spend)


def test_another_form_is_a_new_chance(tmp_path: Path) -> None:
    """What could not be used is asked for again in another form, and what could is held."""

    def only_in_words(body: dict[str, Any]) -> web.Response:
        return completion(GOOD if "response_format" not in body or question_of(body)["class"] == "lemon" else "no")

    with serve(only_in_words) as endpoint:
        first = propose(endpoint, tmp_path)
        second = propose(endpoint, tmp_path, answers="text")
    assert reasons(first) == {1: AnswerReason.MALFORMED}
    assert reasons(second) == {}
    assert [spend.stored for spend in second.spend] == [True, False]
