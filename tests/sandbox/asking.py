"""The real client, asking the sandbox's language model and telling what came of it."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import openai
from openai.types.chat import ChatCompletion
from openai.types.shared_params import ResponseFormatJSONObject, ResponseFormatJSONSchema, ResponseFormatText

from sandbox.process import SandboxProcess

Format = ResponseFormatJSONObject | ResponseFormatJSONSchema | ResponseFormatText
SCHEMA: ResponseFormatJSONSchema = {"type": "json_schema", "json_schema": {"name": "neighbors", "schema": {}}}


def question(name: str = "amber kite", count: int = 10) -> str:
    """A last user message as the contract wants it."""
    return json.dumps({"class": name, "count": count, "avoid": []})


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one request: its status, its finish reason and what was said."""

    status: int
    finish: str | None = None
    content: str | None = None
    refusal: str | None = None

    @property
    def fault(self) -> str | None:
        """The fault that the answer shows, None where it is a good one."""
        failed = {429: "busy", 500: "broken"}.get(self.status)
        if failed or self.refusal:
            return failed or "refused"
        return None if holds_json(self.content or "") else "truncated"


def holds_json(text: str) -> bool:
    """Whether a text is JSON."""
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return False
    return True


def _came(completion: ChatCompletion) -> Came:
    choice = completion.choices[0]
    return Came(200, choice.finish_reason, choice.message.content, choice.message.refusal)


@contextmanager
def _client(sandbox: SandboxProcess) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=sandbox.api_url, api_key="any", max_retries=0) as client:
        yield client


def complete(sandbox: SandboxProcess, text: str, wanted: Format | None = None, timeout: float = 30) -> ChatCompletion:
    """The answer to one request without retries; openai's errors where it fails."""
    with _client(sandbox) as client:
        return client.chat.completions.create(
            model="sandbox",
            messages=[{"role": "user", "content": text}],
            response_format=wanted or openai.omit,
            timeout=timeout,
        )


def ask_all(sandbox: SandboxProcess, questions: Sequence[str], concurrency: int = 1) -> list[Came]:
    """What came of every question, in their order, whatever the order in which they were answered."""
    gate = asyncio.Semaphore(concurrency)

    async def ask(client: openai.AsyncOpenAI, text: str) -> Came:
        async with gate:
            try:
                return _came(
                    await client.chat.completions.create(model="sandbox", messages=[{"role": "user", "content": text}])
                )
            except openai.APIStatusError as error:
                return Came(error.status_code)

    async def all_of_them() -> list[Came]:
        async with openai.AsyncOpenAI(base_url=sandbox.api_url, api_key="any", max_retries=0) as client:
            return await asyncio.gather(*(ask(client, text) for text in questions))

    return asyncio.run(all_of_them())
