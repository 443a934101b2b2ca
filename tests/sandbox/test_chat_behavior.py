import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import get_args

import openai
import pytest

from sandbox.chat_behavior import Answers, ChatBehavior, read_behavior
from sandbox.errors import BadBehavior
from sandbox.process import PROJECT, SandboxProcess, running
from tests.sandbox.asking import SCHEMA, Format, ask_all, complete, holds_json, question

OBJECT: Format = {"type": "json_object"}
TEXT: Format = {"type": "text"}
KNOWN = [("schema", SCHEMA), *((answers, wanted) for answers in ("schema", "json") for wanted in (OBJECT, TEXT, None))]
Served = dict[str, SandboxProcess]


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    """A sandbox for every way to treat a response format."""
    with ExitStack() as stack:
        ways = [ChatBehavior(answers=way) for way in get_args(Answers)]
        yield {way.answers: stack.enter_context(running(folder, chat=way)) for way in ways}


@pytest.mark.parametrize(("answers", "wanted"), KNOWN)
def test_an_endpoint_that_knows_a_format_answers_in_json(served: Served, answers: str, wanted: Format | None) -> None:
    """The content is the JSON alone."""
    assert holds_json(complete(served[answers], question(), wanted).choices[0].message.content or "")


@pytest.mark.parametrize(("answers", "wanted"), [("json", SCHEMA), ("text", SCHEMA), ("text", OBJECT)])
def test_an_unknown_format_is_a_bad_request(served: Served, answers: str, wanted: Format) -> None:
    """The message names the type as vLLM's does, and the field is given."""
    says = f"response_format type {wanted['type']} is not supported"
    with pytest.raises(openai.BadRequestError, match=says) as caught:
        complete(served[answers], question(), wanted)
    assert (caught.value.type, caught.value.param) == ("invalid_request_error", "response_format")


@pytest.mark.parametrize(
    ("answers", "wanted"), [("text", None), ("text", TEXT), ("ignore", SCHEMA), ("ignore", OBJECT), ("ignore", None)]
)
def test_an_old_endpoint_chats(served: Served, answers: str, wanted: Format | None) -> None:
    """The JSON that another endpoint answers with stands in a fence between two sentences."""
    said = complete(served[answers], question(), wanted).choices[0].message.content or ""
    before, fence, rest = said.partition("\n\n```json\n")
    inside, end, after = rest.partition("\n```\n\n")
    assert before.endswith("amber kite:")
    assert fence
    assert end
    assert after.endswith(".")
    assert inside == complete(served["schema"], question()).choices[0].message.content


def test_chatty_text_is_cut_within_its_json(folder: Path) -> None:
    """The sentence before it is whole, the fence never closes."""
    with running(folder, chat=ChatBehavior(answers="ignore", truncated=1)) as sandbox:
        said = complete(sandbox, question()).choices[0].message.content or ""
    before, _, inside = said.partition("```json\n")
    assert before.endswith(":\n\n")
    assert inside.startswith('{"neighbors": [')
    assert "```" not in inside


def test_a_refused_format_spends_no_asking(folder: Path) -> None:
    """Which faults a question meets does not depend on how often its format was refused before."""
    behavior, questions = ChatBehavior(answers="json", truncated=0.5), [question(name) for name in "abcdefgh"]
    with running(folder, chat=behavior) as sandbox:
        first = ask_all(sandbox, questions)
    with running(folder, chat=behavior) as sandbox:
        for text in questions[:3]:
            with pytest.raises(openai.BadRequestError):
                complete(sandbox, text, SCHEMA)
        assert ask_all(sandbox, questions) == first


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"busy": 2}', "busy: Input should be less than or equal to 1"),
        ('{"busy": "often"}', "busy: Input should be a valid number"),
        ('{"hangs": 0.5}', "hangs: "),
        ('{"answers": "yaml"}', "answers: Input should be 'schema', 'json', 'text' or 'ignore'"),
        ('{"slow": 1}', "slow: Extra inputs are not permitted"),
        ('{"busy": 0.6, "broken": 0.6}', "busy, broken, truncated and refused together are more than 1"),
        ("busy", "Invalid JSON"),
    ],
)
def test_a_wrong_behavior_is_an_error_that_names_the_field(text: str, says: str) -> None:
    """Whatever is wrong is said with an example of what would be right."""
    with pytest.raises(BadBehavior, match=f"--chat: .*{says}.*give an object such as"):
        read_behavior(text)


def test_a_behavior_survives_the_command_line() -> None:
    """What one process writes, another reads; shares may add up to the whole."""
    behavior = ChatBehavior(busy=0.7, broken=0.2, truncated=0.1, retry_after=0.5, hangs=2, answers="text")
    assert read_behavior(behavior.model_dump_json()) == behavior
    assert read_behavior("{}") == ChatBehavior()


def test_the_command_line_says_what_is_wrong_in_one_line(folder: Path) -> None:
    """No sandbox starts that would behave otherwise than asked."""
    command = [sys.executable, "-m", "sandbox", "--corpus", "photographs", "--root", str(folder)]
    ended = subprocess.run(
        [*command, "--chat", json.dumps({"refused": -1})], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("sandbox: --chat: refused: ")
    assert ended.stderr.count("\n") == 1
