"""How a question is written and an answer read, whatever else the text around it holds."""

import json
from contextlib import suppress
from typing import Any

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.neighbors.llm.answer import Answer, Named, Question, parse, render
from tests.tasks.neighbors.llm.asking import GOOD, naming

TEXT = st.text(max_size=20)
RELATIONS = st.sampled_from(["sibling", "hyponym", "lookalike"])
NAMED = st.builds(Named, name=TEXT, relation=RELATIONS, queries=st.lists(TEXT, max_size=3).map(tuple), why=TEXT)
ANSWERS = st.builds(Answer, neighbors=st.lists(NAMED, max_size=4).map(tuple))
CHAT = st.text(st.characters(exclude_characters="{}[]", exclude_categories=["Cs"]), max_size=30)
SCRAPS = st.lists(st.sampled_from([*'{}[]",:\\ \n1a', "null", "1e999", "\\ud83d", "neighbors", GOOD, GOOD[:40]]))


def _names(text: str) -> list[str]:
    return [named.name for named in parse(text).neighbors]


@settings(max_examples=100, deadline=None)
@given(ANSWERS)
def test_parsing_undoes_rendering(answer: Answer) -> None:
    """parse(render(x)) = x."""
    assert parse(render(answer)) == answer


@settings(max_examples=100, deadline=None)
@given(answer=ANSWERS, before=CHAT, after=CHAT)
def test_chat_around_an_answer_changes_nothing(answer: Answer, before: str, after: str) -> None:
    """The JSON is found in a fence, and between sentences."""
    assert parse(f"{before}\n```json\n{render(answer)}\n```\n{after}") == answer
    assert parse(f"{before} {render(answer)} {after}") == answer


@settings(max_examples=300, deadline=None)
@given(SCRAPS.map("".join) | st.text())
def test_any_text_is_an_answer_or_no_answer(text: str) -> None:
    """What cannot be read is pydantic's ValidationError and never another error."""
    with suppress(pydantic.ValidationError):
        assert isinstance(parse(text), Answer)


def test_a_bare_list_is_an_answer() -> None:
    """The object around the list may be missing, amid words too."""
    bare = json.dumps(json.loads(naming("lime", "citron"))["neighbors"])
    assert _names(bare) == _names(f"Here: {bare}") == ["lime", "citron"]
    assert parse("[]").neighbors == ()


def test_the_longest_of_several_answers_counts() -> None:
    """A draft or the echo of the example comes before the answer, or after it."""
    assert _names(f"{naming('draft')} better: {naming('lime', 'citron')} as in {naming('example')}") == [
        "lime",
        "citron",
    ]


def test_an_echo_of_the_question_is_no_answer() -> None:
    """Its list of names to avoid is part of an object that is another thing."""
    echo = render(Question(name="lemon", count=2, avoid=("lime", "pear")))
    assert _names(f"You asked {echo}. {GOOD}") == ["lime"]
    with pytest.raises(pydantic.ValidationError):
        parse(render(Question(name="lemon", count=2, avoid=())))


@pytest.mark.parametrize(
    "text",
    [
        "", "{", '{"neighbors": [{"name": "a"}]}', '{"neighbors": {}}', "Sure! {}", "[1]",
        "[" * 100_000, '{"a":' * 100_000, '{"neighbors":' + "[" * 900 + "]" * 900 + "}",
        "[" + "1" * 5_000 + "]", GOOD.replace("lime", "\\ud83d"), "\ud83d", "{[" * 50_000,
    ],
    ids=lambda text: f"{text[:12]!a} of {len(text)}",
)  # fmt: skip
def test_what_is_no_answer_is_not_parsed(text: str) -> None:
    """Anything but the asked form is an error, never half an answer and never a crash."""
    with pytest.raises(pydantic.ValidationError):
        parse(text)


def test_further_fields_are_forgiven() -> None:
    """An endpoint that does not hold its model to the schema may add to it."""
    text = '{"note": 1, "neighbors": [{"name": "a", "relation": "sibling", "queries": [], "why": "", "id": 3}]}'
    assert _names(text) == ["a"]


def test_the_schema_requires_every_field_and_allows_no_other() -> None:
    """Structured output in strict mode wants both."""
    schema: Any = Answer.model_json_schema()
    for part in (schema, schema["$defs"]["Named"]):
        assert part["additionalProperties"] is False
        assert set(part["required"]) == set(part["properties"])


def test_a_question_says_only_what_is_known() -> None:
    """Without a definition or a taxonomy there is no such field, so that others' questions stay as they were."""
    bare = Question(name="lemon", count=2, avoid=())
    assert json.loads(render(bare)) == {"class": "lemon", "count": 2, "avoid": []}
    told = bare.model_copy(update={"definition": "a sour fruit", "taxonomy": "fruit > citrus"})
    assert json.loads(render(told)) == json.loads(render(bare)) | {
        "definition": "a sour fruit",
        "taxonomy": "fruit > citrus",
    }
