"""The messages that ask for one class's neighbors; their text lies in the files beside this one."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from openai.types.chat import ChatCompletionMessageParam
from openai.types.shared_params import ResponseFormatJSONSchema

from storage.fingerprint import fingerprint
from tasks.neighbors.answer import Answer, Question, render

AVOIDED = 30
"""How many names of the label set a question lists."""


@cache
def _instructions() -> str:
    return Path(__file__).with_name("instructions.md").read_text(encoding="utf-8").strip()


@cache
def _examples() -> tuple[tuple[str, str], ...]:
    pairs = json.loads(Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))
    return tuple(
        (render(Question.model_validate(pair["question"])), render(Answer.model_validate(pair["answer"])))
        for pair in pairs
    )


def response_format() -> ResponseFormatJSONSchema:
    """The answer's JSON schema in the form of the chat-completions protocol."""
    return {
        "type": "json_schema",
        "json_schema": {"name": "neighbors", "strict": True, "schema": Answer.model_json_schema()},
    }


def messages(question: Question, complaint: str = "") -> list[ChatCompletionMessageParam]:
    """Instructions, examples as turns, and last the question; a complaint about the last answer makes it stricter."""
    stricter = f"\n\nYour last answer {complaint}. Answer with the JSON object alone." if complaint else ""
    turns: list[ChatCompletionMessageParam] = [{"role": "system", "content": _instructions() + stricter}]
    for asked, answered in _examples():
        turns += [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]
    return [*turns, {"role": "user", "content": render(question)}]


def prompt_digest(asked: Sequence[ChatCompletionMessageParam], model: str) -> str:
    """What the model was shown: messages, schema and the model's own name."""
    return fingerprint([dict(message) for message in asked], Answer.model_json_schema(), model)


def prompt_content() -> str:
    """A digest of the texts and the schema that every question comes with."""
    return prompt_digest(messages(Question.model_validate({"class": "", "count": 1, "avoid": []})), "")


@cache
def _trigrams(name: str) -> frozenset[str]:
    padded = f"  {name.casefold()} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def nearest_names(name: str, label_set: Sequence[str], most: int = AVOIDED) -> tuple[str, ...]:
    """The other names of the label set that share most of their letters with it (Dice of trigrams)."""
    mine = _trigrams(name)

    def distance(other: str) -> tuple[float, str]:
        theirs = _trigrams(other)
        return -2 * len(mine & theirs) / (len(mine) + len(theirs)), other

    return tuple(sorted(set(label_set) - {name}, key=distance)[:most])
