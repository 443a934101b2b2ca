"""What the model is shown, and where its text comes from."""

import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletionMessageParam

from storage.errors import BadInput
from tasks.neighbors.llm.answer import Answer, Question, parse
from tasks.neighbors.llm.prompt import PROMPTS, messages, prompt_digest, read_prompt

TEXT = st.text(max_size=20)
LIME = Question(name="lime", count=3, avoid=("lemon",))
OURS = read_prompt("v1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the prompt that comes with the project."""
    return Path(shutil.copytree(PROMPTS / "v1", tmp_path / "mine"))


def _text(message: ChatCompletionMessageParam) -> str:
    content = message.get("content")
    assert isinstance(content, str)
    return content


@settings(max_examples=100, deadline=None)
@given(name=TEXT, count=st.integers(1, 100), avoid=st.lists(TEXT, max_size=5))
def test_the_question_is_data(name: str, count: int, avoid: list[str]) -> None:
    """Whatever a class is called, the last message is one JSON object that holds it as a value."""
    last = messages(OURS, Question(name=name, count=count, avoid=tuple(avoid)))[-1]
    assert last["role"] == "user"
    assert json.loads(str(last["content"])) == {"class": name, "count": count, "avoid": avoid}


def test_examples_are_answers_in_the_asked_form() -> None:
    """Instructions come first, then examples as turns, each answer as long as asked and none avoided."""
    shown = messages(OURS, LIME)
    assert [message["role"] for message in shown] == ["system", *["user", "assistant"] * 3, "user"]
    for asked, answered in zip(shown[1:-1:2], shown[2:-1:2], strict=True):
        question, answer = json.loads(_text(asked)), parse(_text(answered))
        assert len(answer.neighbors) == question["count"]
        assert not {named.name for named in answer.neighbors} & {question["class"], *question["avoid"]}


def test_a_complaint_leaves_the_question_last() -> None:
    """The stricter second prompt differs in its instructions alone."""
    first, second = messages(OURS, LIME), messages(OURS, LIME, "could not be used")
    assert first[1:] == second[1:]
    assert "could not be used" in _text(second[0])


def test_the_schema_stands_in_the_instructions_where_none_is_sent() -> None:
    """JSON mode and words alone leave it to the instructions, which all else stays out of."""
    shown = {form: messages(OURS, LIME, "", form) for form in ("schema", "json", "text")}
    schema = json.dumps(Answer.model_json_schema())
    assert [schema in _text(shown[form][0]) for form in ("schema", "json", "text")] == [False, True, True]
    assert shown["schema"][1:] == shown["json"][1:] == shown["text"][1:]


def test_the_digest_is_of_all_that_the_model_was_shown() -> None:
    """Another class, another complaint or another model is another digest; the same is the same."""
    shown = [
        messages(OURS, LIME),
        messages(OURS, LIME, "is wrong"),
        messages(OURS, LIME.model_copy(update={"name": "lemon"})),
    ]
    digests = [prompt_digest(one, model) for one in shown for model in ("a", "b")]
    assert len(set(digests)) == len(digests)
    assert prompt_digest(messages(OURS, LIME), "a") == digests[0]


def test_a_folder_of_ones_own_is_read(folder: Path) -> None:
    """Its instructions and examples are shown, and have a digest of their own."""
    assert read_prompt(str(folder)) == OURS
    (folder / "instructions.md").write_text("Name fruits — all of them.\n", encoding="utf-8")
    (folder / "examples.json").write_text("[]", encoding="utf-8")
    mine = read_prompt(str(folder))
    assert [_text(message) for message in messages(mine, LIME)[:-1]] == ["Name fruits — all of them."]
    assert mine.content != OURS.content


def test_an_edit_is_seen_at_once(folder: Path) -> None:
    """A run after an edit, in the same process too, asks with the new text."""
    before = read_prompt(str(folder)).content
    (folder / "instructions.md").write_text("Name fruits.")
    assert read_prompt(str(folder)).content != before


@pytest.mark.parametrize("missing", ["instructions.md", "examples.json"])
def test_a_missing_file_is_named(folder: Path, missing: str) -> None:
    """The error gives the field and the path; the mend the versions that there are."""
    (folder / missing).unlink()
    with pytest.raises(BadInput, match=re.escape(f"{folder / missing} cannot be read")) as stopped:
        read_prompt(str(folder))
    assert "`neighbors.provider.prompt`" in stopped.value.problem
    assert "v1" in stopped.value.mend


def test_an_unknown_version_is_named() -> None:
    """A name that is neither a version nor a folder is an error that tells what there is."""
    with pytest.raises(BadInput, match="v999") as stopped:
        read_prompt("v999")
    assert "name a version (v1)" in stopped.value.mend


@pytest.mark.parametrize(
    "examples",
    [
        "[", "5", "null", '{"question": {}}', "[1]", "[null]",
        '[{"question": {"class": "a", "count": 1, "avoid": []}}]',
        '[{"question": {"class": "a"}, "answer": {"neighbors": []}}]',
        '[{"question": {"class": "a", "count": 1, "avoid": [], "hint": "b"}, "answer": {"neighbors": []}}]',
        '[{"question": {"class": "a", "count": 1, "avoid": []}, "answer": []}]',
    ],
)  # fmt: skip
def test_broken_examples_are_named(folder: Path, examples: str) -> None:
    """The error gives the path; the mend a file that is as it should be."""
    (folder / "examples.json").write_text(examples)
    with pytest.raises(BadInput, match=re.escape(str(folder / "examples.json"))) as stopped:
        read_prompt(str(folder))
    assert str(PROMPTS / "v1" / "examples.json") in stopped.value.mend


@pytest.mark.parametrize("file", ["instructions.md", "examples.json"])
def test_a_file_of_another_encoding_is_named(folder: Path, file: str) -> None:
    """What an old editor saved as Latin-1 is an error that says so."""
    (folder / file).write_bytes("[façade]".encode("latin-1"))
    with pytest.raises(BadInput, match=re.escape(str(folder))) as stopped:
        read_prompt(str(folder))
    assert "UTF-8" in stopped.value.mend
