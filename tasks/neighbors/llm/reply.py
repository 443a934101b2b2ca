"""What is used of a completion, checked: the client hands on whatever an endpoint sends under these names."""

import pydantic
from openai.types.chat import ChatCompletion
from pydantic import BaseModel, ConfigDict, Field

from tasks.neighbors.llm.budget import Usage

_FROM_CLIENT = ConfigDict(from_attributes=True, frozen=True)


class NoJson(Exception):
    """The body of a response is no JSON."""


class Message(BaseModel):
    """What the model said, or why it would not."""

    model_config = _FROM_CLIENT

    content: str | None = None
    refusal: str | None = None


class Choice(BaseModel):
    """One answer, and why it ended."""

    model_config = _FROM_CLIENT

    message: Message | None = None
    finish_reason: str | None = None


class _Reply(BaseModel):
    model_config = _FROM_CLIENT

    choices: tuple[Choice, ...] | None = None


class _Counted(BaseModel):
    model_config = _FROM_CLIENT

    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)


def first_choice(completion: ChatCompletion) -> Choice | None:
    """The answer of a completion, where it has one; pydantic's ValidationError where it is not of the protocol."""
    choices = _Reply.model_validate(completion).choices
    return choices[0] if choices else None


def spent_on(completion: ChatCompletion, worst: Usage) -> Usage:
    """What the endpoint says that an answer cost; one that does not say is taken for the worst."""
    try:
        counted = _Counted.model_validate(completion.usage)
    except pydantic.ValidationError:
        return worst
    return Usage(counted.prompt_tokens, counted.completion_tokens)
