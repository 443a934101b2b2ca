"""What the model is shown, and how its answer is read."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletionMessageParam

from storage.records import Relation
from tasks.neighbors.answer import Answer, Named, Question, parse, render
from tasks.neighbors.prompt import messages, nearest_names, prompt_digest, response_format

TEXT = st.text(max_size=20)
NAMED = st.builds(
    Named, name=TEXT, relation=st.sampled_from(Relation), queries=st.lists(TEXT, max_size=3).map(tuple), why=TEXT
)
LIME = Question(name="lime", count=3, avoid=("lemon",))


@settings(max_examples=100, deadline=None)
@given(st.builds(Answer, neighbors=st.lists(NAMED, max_size=4).map(tuple)))
def test_parsing_undoes_rendering(answer: Answer) -> None:
    """parse(render(x)) = x."""
    assert parse(render(answer)) == answer


@settings(max_examples=100, deadline=None)
@given(name=TEXT, count=st.integers(1, 100), avoid=st.lists(TEXT, max_size=5))
def test_the_question_is_data(name: str, count: int, avoid: list[str]) -> None:
    """Whatever a class is called, the last message is one JSON object that holds it as a value."""
    last = messages(Question(name=name, count=count, avoid=tuple(avoid)))[-1]
    assert last["role"] == "user"
    assert json.loads(str(last["content"])) == {"class": name, "count": count, "avoid": avoid}


def test_examples_are_answers_in_the_asked_form() -> None:
    """Instructions come first, then examples as turns, each answer as long as asked and none avoided."""
    shown = messages(LIME)
    assert [message["role"] for message in shown] == ["system", *["user", "assistant"] * 3, "user"]
    for asked, answered in zip(shown[1:-1:2], shown[2:-1:2], strict=True):
        question, answer = json.loads(_text(asked)), parse(_text(answered))
        assert len(answer.neighbors) == question["count"]
        assert not {named.name for named in answer.neighbors} & {question["class"], *question["avoid"]}


def _text(message: ChatCompletionMessageParam) -> str:
    content = message.get("content")
    assert isinstance(content, str)
    return content


def test_a_complaint_leaves_the_question_last() -> None:
    """The stricter second prompt differs in its instructions alone."""
    first, second = messages(LIME), messages(LIME, "could not be used")
    assert first[1:] == second[1:]
    assert "could not be used" in _text(second[0])


def test_the_schema_requires_every_field_and_allows_no_other() -> None:
    """Structured output in strict mode wants both."""
    schema: Any = response_format()["json_schema"]["schema"]
    for part in (schema, schema["$defs"]["Named"]):
        assert part["additionalProperties"] is False
        assert set(part["required"]) == set(part["properties"])


def test_the_digest_is_of_all_that_the_model_was_shown() -> None:
    """Another class, another complaint or another model is another digest; the same is the same."""
    shown = [messages(LIME), messages(LIME, "is wrong"), messages(LIME.model_copy(update={"name": "lemon"}))]
    digests = [prompt_digest(one, model) for one in shown for model in ("a", "b")]
    assert len(set(digests)) == len(digests)
    assert prompt_digest(messages(LIME), "a") == digests[0]


def test_the_nearest_names_are_avoided() -> None:
    """Names that share letters come first, the class itself never, and no more than are wanted."""
    label_set = ["zebra", "apple juice", "bravo apple juice", "orange juice", "god morgon apple juice", "leek"]
    near = nearest_names("bravo apple juice", label_set, 3)
    assert near == ("apple juice", "god morgon apple juice", "orange juice")
    assert nearest_names("leek", ["leek"]) == ()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"neighbors": [{"name": "a"}]}', '{"neighbors": {}}', "Sure! {}"])
def test_what_is_no_answer_is_not_parsed(text: str) -> None:
    """Anything but the asked form is an error, never half an answer."""
    with pytest.raises(ValueError, match="validation error"):
        parse(text)


def test_further_fields_are_forgiven() -> None:
    """An endpoint that does not hold its model to the schema may add to it."""
    text = '{"note": 1, "neighbors": [{"name": "a", "relation": "sibling", "queries": [], "why": "", "id": 3}]}'
    assert parse(text).neighbors[0].name == "a"
