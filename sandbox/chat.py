"""The language model's endpoint: OpenAI's chat completions, as far as a naming client needs them.

The last user message must be JSON, {"class": "golden delicious", "count": 10, "avoid": [...]};
the answer's content is JSON, {"neighbors": [{"name", "relation", "queries", "why"}, ...]}.
"""

import hashlib
import json
from dataclasses import asdict

from aiohttp import web
from pydantic import BaseModel, Field, ValidationError

from sandbox.namer import Asked, answer
from sandbox.seeded import seeded
from sandbox.world import WORLD, World

CHARACTERS_A_TOKEN = 4
"""Of English text, near enough for a bill."""


class Part(BaseModel):
    """One part of a message's content; other kinds than text are refused."""

    type: str = Field(pattern="^text$")
    text: str


class Message(BaseModel):
    """One message of the conversation."""

    role: str
    content: str | list[Part]

    @property
    def text(self) -> str:
        """The whole text of the message."""
        return self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)


class Completion(BaseModel):
    """The fields of a chat completion request that matter here; others are accepted and ignored."""

    model: str
    messages: list[Message] = Field(min_length=1)
    stream: bool = False


class Prompt(BaseModel, extra="forbid"):
    """What the last user message must hold."""

    name: str = Field(alias="class", min_length=1)
    count: int = Field(ge=1, le=200)
    avoid: tuple[str, ...] = ()


class _Refused(Exception):
    """The request is not one that this model answers."""


def _refusal(message: str) -> web.Response:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return web.json_response({"error": error}, status=400)


def _parse(body: bytes) -> tuple[Completion, str]:
    """The request and the text of its last user message."""
    try:
        completion = Completion.model_validate_json(body)
    except ValidationError as error:
        raise _Refused(f"This is no chat completion request: {error.errors()[0]['msg']}.") from error
    if completion.stream:
        raise _Refused("Streaming is not supported by this model.")
    said = [message.text for message in completion.messages if message.role == "user"]
    if not said:
        raise _Refused("There is no message with the role 'user'.")
    return completion, said[-1]


def _asked(prompt: str) -> Asked:
    try:
        parsed = Prompt.model_validate_json(prompt)
    except ValidationError as error:
        raise _Refused(
            'The last user message must be JSON such as {"class": "golden delicious", "count": 10, "avoid": []}: '
            f"{error.errors()[0]['msg']}."
        ) from error
    return Asked(parsed.name, parsed.count, parsed.avoid)


def _tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_A_TOKEN)


def _complete(world: World, completion: Completion, prompt: str) -> web.Response:
    rng = seeded("answer", world.seed, prompt)
    named = answer(world.corpus.taxonomy, _asked(prompt), rng)
    content = json.dumps({"neighbors": [asdict(item) for item in named]})
    asked, said = sum(_tokens(message.text) for message in completion.messages), _tokens(content)
    message = {"role": "assistant", "content": content, "refusal": None}
    return web.json_response(
        {
            "id": f"chatcmpl-{hashlib.sha256(f'{world.seed} {prompt}'.encode()).hexdigest()[:24]}",
            "object": "chat.completion",
            "created": 0,  # a clock would make two runs differ
            "model": completion.model,
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said},
        }
    )


async def complete(request: web.Request) -> web.Response:
    """Answer a chat completion request; whatever breaks the contract above is a 400 of OpenAI's shape."""
    try:
        completion, prompt = _parse(await request.read())
        return _complete(request.app[WORLD], completion, prompt)
    except _Refused as refused:
        return _refusal(str(refused))
