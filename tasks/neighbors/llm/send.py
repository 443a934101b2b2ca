"""One question on its way: in its turn, within the budget, again where the endpoint was busy."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import openai
import stamina
from aiolimiter import AsyncLimiter
from openai import AsyncOpenAI, omit
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam

from storage.errors import BadInput
from tasks.neighbors.llm.answer import Question
from tasks.neighbors.llm.budget import Meter, OverBudget, Purse, Usage
from tasks.neighbors.llm.config import LanguageModel
from tasks.neighbors.llm.endpoint import never_sent, stage_errors
from tasks.neighbors.llm.formats import Format, Ladder, ladder, response_format
from tasks.neighbors.llm.passing import may_pass
from tasks.neighbors.llm.prompt import Prompt, messages
from tasks.neighbors.llm.reply import NoJson, spent_on
from tasks.neighbors.llm.silence import Silence

stamina.instrumentation.set_on_retry_hooks([])  # its line on stderr says that it waits, and not for whom or why

MINUTE = 60.0
_MESSAGE_TOKENS = 16  # roles and separators around one message, generously
_SCHEMA_BYTES = 2048  # the answer's schema, which endpoints add to the question in words of their own
_CHARACTERS_A_TOKEN = 4
_OPENAI = re.compile(r"https?://([\w-]+\.)*openai\.com(?=[:/]|$)")


@dataclass(slots=True)
class Line:
    """The way to one endpoint, shared by all questions."""

    client: AsyncOpenAI
    model: LanguageModel
    prompt: Prompt
    purse: Purse
    ladder: Ladder
    turns: asyncio.Semaphore
    requests: AsyncLimiter | None
    tokens: AsyncLimiter | None
    silence: Silence
    till: asyncio.Lock = field(default_factory=asyncio.Lock)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    reached: bool = False


def line_to(client: AsyncOpenAI, model: LanguageModel, prompt: Prompt) -> Line:
    """A way to the recipe's endpoint at the recipe's pace."""
    pace = model.pace
    return Line(
        client,
        model,
        prompt,
        Purse(model.budget, model.prices),
        ladder(model.answers),
        asyncio.Semaphore(pace.concurrency),
        # One at a time, evenly: a bucket of a minute's requests would let all of them out at once.
        AsyncLimiter(1, MINUTE / pace.requests_per_minute) if pace.requests_per_minute else None,
        AsyncLimiter(pace.tokens_per_minute, MINUTE) if pace.tokens_per_minute else None,
        Silence(pace.patience),
    )


def _worst_case(asked: Sequence[ChatCompletionMessageParam], model: LanguageModel) -> Usage:
    """The most tokens that a request can cost: no token is shorter than a byte."""
    size = sum(len(str(message.get("content")).encode()) + _MESSAGE_TOKENS for message in asked)
    return Usage(size + _SCHEMA_BYTES, model.max_tokens)


async def _set_aside(line: Line, worst: Usage) -> None:
    """Take the worst case out of the budget, first come, first served; OverBudget where it will not fit.

    What does not fit may do so when requests under way turn out cheaper than their worst case; to
    refuse it at once would leave out rare classes and ask the frequent ones that come after.
    """
    async with line.till:
        while True:
            try:
                return line.purse.set_aside(worst)
            except OverBudget:
                if not line.purse.aside.tokens:
                    raise
            line.settled.clear()
            await line.settled.wait()


async def _take_turn(line: Line, worst: Usage) -> None:
    """Wait until the recipe's limits a minute let one more request pass."""
    if line.requests:
        await line.requests.acquire()
    if line.tokens:
        expected = worst.prompt / _CHARACTERS_A_TOKEN + worst.completion  # as providers reckon
        await line.tokens.acquire(min(expected, line.tokens.max_rate))


async def _create(line: Line, asked: list[ChatCompletionMessageParam], form: Format) -> ChatCompletion:
    model = line.model
    ours = bool(_OPENAI.match(model.base_url))  # elsewhere the older name of the limit is the one that is known
    try:
        async with asyncio.timeout(model.pace.timeout):  # the client's own bounds each read, and some bytes may drip
            completion = await line.client.chat.completions.create(
                model=model.model,
                messages=asked,
                response_format=response_format(form),
                temperature=omit if model.temperature is None else model.temperature,
                seed=omit if model.seed is None else model.seed,
                max_completion_tokens=model.max_tokens if ours else omit,
                max_tokens=omit if ours else model.max_tokens,
            )
    except (ValueError, RecursionError) as error:
        raise NoJson(str(error)) from error
    if not isinstance(completion, ChatCompletion):  # the client hands on any other body as text
        if line.reached:
            raise NoJson("it is another text")
        raise BadInput(
            f"{model.base_url} does not answer in the chat-completions protocol",
            "correct `neighbors.provider.base_url`, which often ends in /v1",
        )
    line.reached = True
    return completion


async def _attempt(line: Line, asked: list[ChatCompletionMessageParam], form: Format, meter: Meter) -> ChatCompletion:
    """One request; an answer that is lost on its way counts as the worst case, for it is billed."""
    worst = _worst_case(asked, line.model)
    await _set_aside(line, worst)
    spent = worst
    try:
        await _take_turn(line, worst)
        completion = await _create(line, asked, form)
        spent = spent_on(completion, worst)
        meter.requests += 1
    except openai.APIError as error:
        if isinstance(error, openai.APIStatusError) or never_sent(error):
            spent = Usage()
        raise
    else:
        return completion
    finally:
        meter.usage += spent
        line.purse.settle(worst, spent)
        line.settled.set()


def _again(line: Line, error: Exception) -> bool | float:
    """Whether to send a request again that failed in this way; as a number, after how many seconds."""
    return not line.silence.down and may_pass(error, line.reached)


async def _answers(line: Line, form: Format, meter: Meter, control: Question) -> bool:
    """Whether the endpoint answers what it has answered before; billed to the class whose silence was the cause."""
    try:
        await _attempt(line, messages(line.prompt, control, "", form), form, meter)
    except (openai.APIError, TimeoutError) as error:
        return may_pass(error, line.reached) is False
    except (NoJson, OverBudget):  # an answer, or none that can be paid for: no sign that it is down
        return True
    return True


async def _try(
    line: Line, question: Question, asked: list[ChatCompletionMessageParam], form: Format, meter: Meter
) -> ChatCompletion:
    """One request, and whether the endpoint has answered it with anything."""
    try:
        completion = await _attempt(line, asked, form, meter)
    except (openai.APIError, TimeoutError) as error:
        if may_pass(error, line.reached) is False:
            line.silence.broken()
        else:
            trouble = str(error) or f"no whole answer in {line.model.pace.timeout:g} seconds"
            await line.silence.met(question, trouble, partial(_answers, line, form, meter))
        raise
    line.silence.broken()
    line.silence.control = question
    return completion


async def send(line: Line, question: Question, complaint: str, meter: Meter) -> tuple[ChatCompletion, Format]:
    """The completion, and the format that it was asked in; openai.APIError or TimeoutError after the last retry.

    OverBudget where the budget does not reach, BadInput or Unreachable where no question would.
    """
    while True:
        form = line.ladder.format
        asked = messages(line.prompt, question, complaint, form)
        attempts = stamina.retry_context(
            on=partial(_again, line), attempts=line.model.pace.retries + 1, timeout=None, wait_initial=0.5, wait_max=30
        )
        try:
            with stage_errors(line.model, line.reached):
                async for attempt in attempts:
                    with attempt:
                        return await _try(line, question, asked, form, meter), form
        except openai.APIError as error:
            if not line.ladder.step_down(form, error):
                raise
