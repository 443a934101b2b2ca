"""Answers, each stored as soon as it is given, so that nothing is paid for twice.

    <root>/answers/<first two digits>/<key>.json

The key says what was asked and of whom. Answers that cannot be used are stored too: they cost
as much, and asking again in the same words would bring the same. So is what a question cost that
was never answered, for the budget is of all runs together.
"""

import asyncio
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from storage import filesystem
from storage.fingerprint import fingerprint
from storage.records import AnswerReason
from tasks.neighbors.llm.answer import Named, Question
from tasks.neighbors.llm.config import LanguageModel
from tasks.neighbors.llm.prompt import Prompt


class Given(BaseModel):
    """What came of one class's question: names, or why there are none; and what it cost.

    `prompt` is the digest of the messages that brought it, a complaint included, empty where none did; `answers` is the
    recipe's word for how it was kept in form; `refresh` names the refresh that asked, empty for any other run.
    """

    model_config = ConfigDict(frozen=True)

    question: Question
    prompt: str
    answers: str
    neighbors: tuple[Named, ...] = ()
    reason: AnswerReason | None = None
    detail: str = ""
    requests: int
    prompt_tokens: int
    completion_tokens: int
    refresh: str = ""

    def after(self, earlier: "Given | None") -> "Given":
        """The same answer, with what asking for it in vain had cost before."""
        if earlier is None:
            return self
        costs = ("requests", "prompt_tokens", "completion_tokens")
        return self.model_copy(update={name: getattr(self, name) + getattr(earlier, name) for name in costs})


@dataclass(frozen=True, slots=True)
class Store:
    """The answers below one data root; that of a `refresh` reads only what it asked itself, so that it may be retried.

    What others asked is held until it is asked again.
    """

    root: str
    refresh: str = ""

    def _uri(self, key: str) -> str:
        return filesystem.join(self.root, "answers", key[:2], f"{key}.json")

    def _load(self, key: str) -> Given | None:
        try:
            return Given.model_validate_json(filesystem.read_bytes(self._uri(key)))
        except (FileNotFoundError, ValidationError):  # one that cannot be read is asked for again
            return None

    async def load(self, key: str) -> Given | None:
        """The answer to this question, where it is held."""
        given = await asyncio.to_thread(self._load, key)
        return given if given and self.refresh in ("", given.refresh) else None

    async def save(self, key: str, given: Given) -> None:
        """Hold an answer."""
        data = given.model_copy(update={"refresh": self.refresh}).model_dump_json(indent=1).encode()
        await asyncio.to_thread(filesystem.write_bytes, self._uri(key), data)


def answer_key(question: Question, prompt: Prompt, model: LanguageModel, as_of: str) -> str:
    """What an answer depends on: the question, the prompt, the model and where it answers, and the date."""
    return fingerprint(question, prompt.content, model.model_dump(include=_ASKED_OF), as_of)


_ASKED_OF = {"base_url", "model", "temperature", "seed", "max_tokens"}
