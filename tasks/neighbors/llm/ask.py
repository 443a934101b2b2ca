"""One target class, asked once and, where the answer cannot be used, once more and more strictly."""

import openai
import pydantic
from openai.types.chat import ChatCompletion

from storage.records import AnswerReason
from tasks.neighbors.llm.answer import Answer, Question, parse
from tasks.neighbors.llm.budget import Meter, OverBudget
from tasks.neighbors.llm.formats import Format
from tasks.neighbors.llm.prompt import messages, prompt_digest
from tasks.neighbors.llm.reply import Choice, NoJson, first_choice
from tasks.neighbors.llm.send import Line, send
from tasks.neighbors.llm.store import Given


class Unusable(Exception):
    """An answer that names nothing we can use: `reason` for the machine, `detail` for the reader."""

    def __init__(self, reason: AnswerReason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail.encode(errors="replace").decode()  # an endpoint may send halves of characters


def _read_choice(choice: Choice | None) -> Answer:
    if not choice or not choice.message:
        raise Unusable(AnswerReason.EMPTY, "the endpoint sent no choice")
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise Unusable(AnswerReason.REFUSED, choice.message.refusal or "stopped by the content filter")
    if choice.finish_reason == "length":
        raise Unusable(AnswerReason.TRUNCATED, "the answer was cut off at neighbors.provider.max_tokens")
    answer = parse(choice.message.content or "")
    if not answer.neighbors:
        raise Unusable(AnswerReason.EMPTY, "the model named no category")
    return answer


def read_answer(completion: ChatCompletion) -> Answer:
    """The answer that a completion holds; Unusable where it was refused, cut off, not JSON or empty."""
    try:
        return _read_choice(first_choice(completion))
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise Unusable(AnswerReason.MALFORMED, f"{where}: {first['msg']}".removeprefix(": ")) from error


async def _complete(line: Line, question: Question, complaint: str, meter: Meter) -> tuple[ChatCompletion, Format]:
    try:
        return await send(line, question, complaint, meter)
    except OverBudget as error:
        raise Unusable(AnswerReason.OVER_BUDGET, str(error)) from error
    except openai.APIError as error:  # the retries are used up
        if error.code == "content_filter":
            raise Unusable(AnswerReason.REFUSED, error.message) from error
        raise Unusable(AnswerReason.REQUEST_FAILED, error.message) from error
    except TimeoutError as error:
        told = f"no whole answer within pace.timeout = {line.model.pace.timeout:g} seconds"
        raise Unusable(AnswerReason.REQUEST_FAILED, told) from error
    except NoJson as error:
        raise Unusable(AnswerReason.MALFORMED, f"the response itself is no JSON: {error}") from error


async def _answer(line: Line, question: Question, meter: Meter) -> tuple[str, Answer]:
    """The digest of what brought the answer, and the answer."""
    complaint = ""
    while True:
        try:
            completion, form = await _complete(line, question, complaint, meter)
            shown = messages(line.prompt, question, complaint, form)
            return prompt_digest(shown, line.model.model), read_answer(completion)
        except Unusable as error:
            if complaint or error.reason in NO_ANSWER:
                raise
            complaint = f"could not be used ({error.reason}: {error.detail})"
            if error.reason is AnswerReason.TRUNCATED:
                question = question.model_copy(update={"count": max(1, question.count // 2)})


async def ask(line: Line, question: Question) -> Given:
    """The names for one class, or why there are none; and what asking cost."""
    meter, answer, shown = Meter(), Answer(neighbors=()), ""
    reason: AnswerReason | None = None
    detail = ""
    try:
        shown, answer = await _answer(line, question, meter)
    except Unusable as error:
        reason, detail = error.reason, error.detail
    return Given(
        question=question,
        prompt=shown,
        answers=line.model.answers,
        neighbors=answer.neighbors,
        reason=reason,
        detail=detail,
        requests=meter.requests,
        prompt_tokens=meter.usage.prompt,
        completion_tokens=meter.usage.completion,
    )


NO_ANSWER = frozenset({AnswerReason.REQUEST_FAILED, AnswerReason.OVER_BUDGET})
"""Where nothing was answered: what it cost is held, and the next run asks."""
