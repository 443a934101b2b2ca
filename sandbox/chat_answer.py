"""The body of a chat completion: what the model says, whole or as a fault leaves it."""

import hashlib
import json
from dataclasses import asdict, dataclass

from sandbox.chat_behavior import Fault
from sandbox.chat_faults import cut
from sandbox.chat_request import Question
from sandbox.meter import tokens
from sandbox.namer import answer
from sandbox.seeded import seeded
from sandbox.world import World

REFUSAL = "I'm sorry, but I can't help with that."

Body = dict[str, object]


@dataclass(frozen=True, slots=True)
class Said:
    """What the model says, and why it stopped."""

    content: str | None
    refusal: str | None
    finish_reason: str


def _json(world: World, question: Question) -> str:
    named = answer(world.corpus.taxonomy, question.asked, seeded("answer", world.seed, question.text))
    return json.dumps({"neighbors": [asdict(item) for item in named]})


def _chatty(name: str, text: str, whole: bool) -> str:
    """The JSON between two sentences; the first says the class's name again, whatever that holds."""
    end = "\n```\n\nTell me if you would like some more of them." if whole else ""
    return f"Here are categories that are easily taken for {name}:\n\n```json\n{text}{end}"


def say(world: World, question: Question, fault: Fault | None, times: int) -> Said:
    """The answer to a question that was asked `times` times before; seed and question decide what it names."""
    if fault is Fault.REFUSED:
        return Said(None, REFUSAL, "stop")
    text, finish, whole = _json(world, question), "stop", fault is not Fault.TRUNCATED
    if not whole:
        text, finish = cut(text, world.seed, question.text, times)
    return Said(_chatty(question.asked.name, text, whole) if world.chat.chatty else text, None, finish)


def completion_tokens(said: Said) -> int:
    """About how many tokens the model said."""
    return tokens(said.content or said.refusal or "")


def body(world: World, question: Question, said: Said) -> Body:
    """What OpenAI's endpoint would send around it."""
    message = {"role": "assistant", "content": said.content, "refusal": said.refusal}
    asked, answered = question.prompt_tokens, completion_tokens(said)
    return {
        "id": f"chatcmpl-{hashlib.sha256(f'{world.seed} {question.text}'.encode()).hexdigest()[:24]}",
        "object": "chat.completion",
        "created": 0,  # a clock would make two runs differ
        "model": question.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": said.finish_reason}],
        "usage": {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered},
    }
