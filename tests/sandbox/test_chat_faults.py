from collections import Counter
from pathlib import Path

import openai
import pytest

from sandbox.chat_behavior import ChatBehavior
from sandbox.process import running
from tests.sandbox.asking import ask_all, complete, holds_json, question

MIXED = ChatBehavior(busy=0.1, broken=0.05, truncated=0.1, refused=0.05)
QUESTIONS = [question(f"made up {number}") for number in range(200)]


def test_a_busy_endpoint_says_when_to_come_again(folder: Path) -> None:
    """A 429 has the header and the body that OpenAI's client reads."""
    with running(folder, chat=ChatBehavior(busy=1)) as sandbox, pytest.raises(openai.RateLimitError) as caught:
        complete(sandbox, question())
    assert caught.value.response.headers["Retry-After"] == "1"
    assert caught.value.type == "rate_limit_error"
    patient = ChatBehavior(busy=1, retry_after=0.25)
    with running(folder, chat=patient) as sandbox, pytest.raises(openai.RateLimitError) as caught:
        complete(sandbox, question())
    assert caught.value.response.headers["Retry-After"] == "0.25"


def test_a_broken_endpoint_answers_500(folder: Path) -> None:
    """Its error has OpenAI's shape too."""
    with running(folder, chat=ChatBehavior(broken=1)) as sandbox, pytest.raises(openai.InternalServerError) as caught:
        complete(sandbox, question())
    assert (caught.value.status_code, caught.value.type) == (500, "server_error")


def test_a_truncated_answer_is_the_beginning_of_the_whole_one(folder: Path) -> None:
    """It ends within its JSON, and in about one half of all cases says that it is finished."""
    with running(folder) as sandbox:
        whole = ask_all(sandbox, QUESTIONS[:60])
    with running(folder, chat=ChatBehavior(truncated=1)) as sandbox:
        parts = ask_all(sandbox, QUESTIONS[:60])
    for part, full in zip(parts, whole, strict=True):
        assert part.content
        assert full.content
        assert full.content.startswith(part.content)
        assert 0.2 < len(part.content) / len(full.content) < 0.8
        assert not holds_json(part.content)
    finishes = Counter(part.finish for part in parts)
    assert finishes.keys() == {"length", "stop"}
    assert min(finishes.values()) >= 15


def test_a_refusal_comes_without_content(folder: Path) -> None:
    """The message's `refusal` holds the model's words, and they are billed."""
    with running(folder, chat=ChatBehavior(refused=1)) as sandbox:
        completion = complete(sandbox, question())
    message = completion.choices[0].message
    assert (message.content, completion.choices[0].finish_reason) == (None, "stop")
    assert message.refusal
    assert "can't help" in message.refusal
    assert completion.usage is not None
    assert completion.usage.completion_tokens > 0


def test_seed_and_question_decide_whatever_the_order(folder: Path) -> None:
    """One after another or sixteen at once in another order, first and second asking meet the same faults."""
    with running(folder, chat=MIXED) as sandbox:
        rounds = [ask_all(sandbox, QUESTIONS) for _ in range(2)]
    with running(folder, chat=MIXED) as sandbox:
        again = [ask_all(sandbox, QUESTIONS[::-1], concurrency=16)[::-1] for _ in range(2)]
    assert again == rounds
    with running(folder, chat=MIXED, seed=1) as sandbox:
        assert [came.fault for came in ask_all(sandbox, QUESTIONS)] != [came.fault for came in rounds[0]]


def test_faults_hit_about_their_shares_and_a_retry_usually_gets_through(folder: Path) -> None:
    """Asking again draws again, so few questions fail twice."""
    with running(folder, chat=MIXED) as sandbox:
        first = [came.fault for came in ask_all(sandbox, QUESTIONS)]
        failed = [text for text, fault in zip(QUESTIONS, first, strict=True) if fault]
        second = [came.fault for came in ask_all(sandbox, failed)]
        bill = sandbox.bill()
    counts = Counter(fault for fault in first if fault)
    assert all(abs(counts[fault] / len(QUESTIONS) - share) < 0.06 for fault, share in MIXED.shares.items())
    assert counts.keys() == {fault.value for fault in MIXED.shares}
    assert second.count(None) > len(failed) / 2
    assert bill.faults == Counter(fault for fault in first + second if fault)
