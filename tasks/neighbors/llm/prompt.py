"""The messages that ask for one class's neighbors; their text lies in files that anyone can replace."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pydantic
from openai.types.chat import ChatCompletionMessageParam

from storage.errors import BadInput
from storage.fingerprint import fingerprint
from tasks.neighbors.llm.answer import Answer, Question, render
from tasks.neighbors.llm.formats import Format

PROMPTS = Path(__file__).with_name("prompts")
"""The versions that come with the project, a folder each."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Instructions, and examples of a question and its answer as text."""

    instructions: str
    examples: tuple[tuple[str, str], ...]

    @property
    def content(self) -> str:
        """A digest of the texts and the schema that every question comes with."""
        return fingerprint(self.instructions, self.examples, Answer.model_json_schema())


def read_prompt(name: str) -> Prompt:
    """The prompt of this version, or of a folder with `instructions.md` and `examples.json`; BadInput where none is."""
    ours = ", ".join(sorted(path.name for path in PROMPTS.iterdir()))
    folder = PROMPTS / name if (PROMPTS / name).is_dir() else Path(name)
    try:
        pairs = json.loads((folder / "examples.json").read_text(encoding="utf-8"))
        examples = tuple(
            (render(Question.model_validate(pair["question"])), render(Answer.model_validate(pair["answer"])))
            for pair in pairs
        )
        return Prompt((folder / "instructions.md").read_text(encoding="utf-8").strip(), examples)
    except UnicodeDecodeError as error:
        raise BadInput(f"a file in {folder} is not UTF-8: {error}", "save both files as UTF-8") from error
    except OSError as error:
        raise BadInput(
            f"`neighbors.provider.prompt`: {error.filename} cannot be read ({error.strerror})",
            f"name a version ({ours}), or a folder with both files",
        ) from error
    except (json.JSONDecodeError, pydantic.ValidationError, KeyError, TypeError) as error:
        raise BadInput(
            f"{folder / 'examples.json'} holds no list of questions with their answers: {error}",
            f"write it as {PROMPTS / 'v1' / 'examples.json'} is written",
        ) from error


def _in_words(form: Format) -> str:
    """What the instructions must say where no schema is sent along."""
    schema = json.dumps(Answer.model_json_schema())
    return "" if form == "schema" else f"\n\nAnswer with one JSON object alone, of this JSON schema: {schema}"


def messages(
    prompt: Prompt, question: Question, complaint: str = "", form: Format = "schema"
) -> list[ChatCompletionMessageParam]:
    """Instructions, examples as turns, and last the question; a complaint about the last answer makes it stricter."""
    stricter = f"\n\nYour last answer {complaint}. Answer with the JSON object alone." if complaint else ""
    turns: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": prompt.instructions + _in_words(form) + stricter}
    ]
    for asked, answered in prompt.examples:
        turns += [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]
    return [*turns, {"role": "user", "content": render(question)}]


def prompt_digest(asked: Sequence[ChatCompletionMessageParam], model: str) -> str:
    """What the model was shown: messages, schema and the model's own name."""
    return fingerprint([dict(message) for message in asked], Answer.model_json_schema(), model)
