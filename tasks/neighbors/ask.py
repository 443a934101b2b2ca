"""One target class, asked once and, where the answer cannot be used, once more and more strictly."""

import json
from dataclasses import dataclass

import openai
import pydantic
from openai import AsyncOpenAI, omit
from openai.types.chat import ChatCompletion

from storage.errors import BadInput
from storage.records import AnswerReason, Proposal, Spend, TargetClass, Unanswered
from tasks.neighbors.answer import Answer, Question, parse
from tasks.neighbors.config import NeighborsConfig
from tasks.neighbors.endpoint import stage_errors
from tasks.neighbors.prompt import messages, prompt_digest, response_format

QUERIES = 3
"""Search phrases that one proposal may bring; further ones are left out."""


class Unusable(Exception):
    """An answer that names nothing we can use: `reason` for the machine, `detail` for the reader."""

    def __init__(self, reason: AnswerReason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@dataclass(slots=True)
class _Meter:
    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def add(self, completion: ChatCompletion) -> None:
        self.requests += 1
        if completion.usage:
            self.prompt_tokens += completion.usage.prompt_tokens
            self.completion_tokens += completion.usage.completion_tokens


def read_answer(completion: ChatCompletion) -> Answer:
    """The answer that a completion holds; Unusable where it was refused, cut off, not JSON or empty."""
    if not completion.choices or not completion.choices[0].message:
        raise Unusable(AnswerReason.EMPTY, "the endpoint sent no choice")
    choice = completion.choices[0]
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise Unusable(AnswerReason.REFUSED, choice.message.refusal or "stopped by the content filter")
    if choice.finish_reason == "length":
        raise Unusable(AnswerReason.TRUNCATED, "the answer was cut off at neighbors.max_tokens")
    try:
        answer = parse(choice.message.content or "")
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise Unusable(AnswerReason.MALFORMED, f"{where}: {first['msg']}".removeprefix(": ")) from error
    if not answer.neighbors:
        raise Unusable(AnswerReason.EMPTY, "the model named no category")
    return answer


async def _complete(client: AsyncOpenAI, config: NeighborsConfig, question: Question, complaint: str) -> ChatCompletion:
    try:
        with stage_errors(config):
            completion = await client.chat.completions.create(
                model=config.model,
                messages=messages(question, complaint),
                response_format=response_format(),
                temperature=config.temperature,
                seed=omit if config.seed is None else config.seed,
                max_completion_tokens=config.max_tokens,
            )
    except openai.APIError as error:  # the client has used up its retries
        raise Unusable(AnswerReason.REQUEST_FAILED, error.message) from error
    except json.JSONDecodeError as error:
        raise Unusable(AnswerReason.MALFORMED, f"the response itself is no JSON: {error}") from error
    if not isinstance(completion, ChatCompletion):  # the client hands on any other body as text
        raise BadInput(
            f"{config.base_url} does not answer in the chat-completions protocol",
            "correct `neighbors.base_url`, which often ends in /v1",
        )
    return completion


async def _answer(
    client: AsyncOpenAI, config: NeighborsConfig, question: Question, meter: _Meter
) -> tuple[Question, str, Answer]:
    """The answer, and the question and complaint that brought it."""
    complaint = ""
    while True:
        try:
            completion = await _complete(client, config, question, complaint)
            meter.add(completion)
            return question, complaint, read_answer(completion)
        except Unusable as error:
            if complaint or error.reason is AnswerReason.REQUEST_FAILED:
                raise
            complaint = f"could not be used ({error.reason}: {error.detail})"
            if error.reason is AnswerReason.TRUNCATED:
                question = question.model_copy(update={"count": max(1, question.count // 2)})


async def ask(
    client: AsyncOpenAI, target: TargetClass, avoid: tuple[str, ...], config: NeighborsConfig
) -> tuple[list[Proposal] | Unanswered, Spend]:
    """The proposals for one class, or why there are none; and what asking cost."""
    meter = _Meter()
    question = Question(name=target.name, count=config.per_class, avoid=avoid)
    outcome: list[Proposal] | Unanswered
    try:
        question, complaint, answer = await _answer(client, config, question, meter)
    except Unusable as error:
        outcome = Unanswered(target.label, error.reason, error.detail)
    else:
        prompt = prompt_digest(messages(question, complaint), config.model)
        outcome = [
            Proposal(named.name, target.label, named.relation, named.queries[:QUERIES], named.why, config.model, prompt)
            for named in answer.neighbors
        ]
    return outcome, Spend(target.label, meter.requests, meter.prompt_tokens, meter.completion_tokens)
