import asyncio
import json
from typing import Literal

import openai
import pytest
from pydantic import BaseModel

from sandbox.process import SandboxProcess


class Item(BaseModel):
    """One name of an answer."""

    name: str
    relation: Literal["sibling", "hyponym", "lookalike"]
    queries: list[str]
    why: str


class Answer(BaseModel):
    """What the model answers."""

    neighbors: list[Item]


def _client(sandbox: SandboxProcess) -> openai.OpenAI:
    return openai.OpenAI(base_url=sandbox.api_url, api_key="any", max_retries=0)


def _prompt(**fields: object) -> str:
    return json.dumps({"class": "amber kite", "count": 10, "avoid": [], **fields})


def test_the_real_client_parses_an_answer(sandbox: SandboxProcess) -> None:
    """Structured output works through `parse`, with usage and the group's neighbors in it."""
    completion = _client(sandbox).chat.completions.parse(
        model="sandbox",
        messages=[{"role": "system", "content": "Name neighbors."}, {"role": "user", "content": _prompt()}],
        response_format=Answer,
    )
    parsed = completion.choices[0].message.parsed
    assert parsed is not None
    assert {"teal kite", "indigo kite"} <= {item.name for item in parsed.neighbors}
    assert completion.usage is not None
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens > 0


def test_the_asynchronous_client_gets_the_same_answer_every_time(sandbox: SandboxProcess) -> None:
    """Seed and prompt alone decide, not order or time."""

    async def ask(times: int) -> list[str | None]:
        async with openai.AsyncOpenAI(base_url=sandbox.api_url, api_key="any") as client:
            replies = [
                client.chat.completions.create(model="sandbox", messages=[{"role": "user", "content": _prompt()}])
                for _ in range(times)
            ]
            return [reply.choices[0].message.content for reply in await asyncio.gather(*replies)]

    assert len(set(asyncio.run(ask(4)))) == 1


def test_only_the_last_user_message_counts(sandbox: SandboxProcess) -> None:
    """Examples given as earlier turns may hold what they like."""
    completion = _client(sandbox).chat.completions.create(
        model="sandbox",
        messages=[
            {"role": "user", "content": "an example"},
            {"role": "assistant", "content": "its answer"},
            {"role": "user", "content": [{"type": "text", "text": _prompt(**{"class": "crimson star"})}]},
        ],
    )
    assert "teal star" in (completion.choices[0].message.content or "")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("name some neighbors", "must be JSON"),
        ('{"count": 10}', "Field required"),
        (_prompt(count=0), "greater than or equal to 1"),
        (_prompt(wish="more"), "Extra inputs are not permitted"),
    ],
)
def test_anything_but_the_contract_is_a_bad_request(sandbox: SandboxProcess, content: str, says: str) -> None:
    """The client raises its own error with our words in it."""
    with pytest.raises(openai.BadRequestError, match=says) as caught:
        _client(sandbox).chat.completions.create(model="sandbox", messages=[{"role": "user", "content": content}])
    assert caught.value.type == "invalid_request_error"


def test_streaming_is_refused(sandbox: SandboxProcess) -> None:
    """A request that cannot be answered as asked is not answered otherwise."""
    with pytest.raises(openai.BadRequestError, match="Streaming"):
        _client(sandbox).chat.completions.create(
            model="sandbox", messages=[{"role": "user", "content": _prompt()}], stream=True
        )
