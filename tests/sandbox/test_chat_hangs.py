import http.client
import json
import time
from pathlib import Path
from urllib.parse import urlsplit

import openai
import pytest

from sandbox.chat_behavior import ChatBehavior
from sandbox.process import ENDING, running
from tests.sandbox.asking import ask_all, complete, question


def test_requests_hang_from_a_given_one_on_and_then_answer(folder: Path) -> None:
    """The one due waits, those before and after it do not, and its answer is a good one."""
    with running(folder, chat=ChatBehavior(hangs=1, hang_from=2, hang_seconds=0.5)) as sandbox:
        waited, hung = [], []
        for name in "abcd":
            start = time.monotonic()
            complete(sandbox, question(name))
            waited.append(time.monotonic() - start)
            hung.append(sandbox.bill().faults.get("hung", 0))
    assert hung == [0, 0, 1, 1]
    assert waited[2] >= 0.5


def test_a_client_that_gives_up_is_billed_and_not_answered(folder: Path) -> None:
    """The model has said it all the same; asking again gets through."""
    with running(folder, chat=ChatBehavior(hangs=1, hang_from=0, hang_seconds=1.5)) as sandbox:
        with pytest.raises(openai.APITimeoutError):
            complete(sandbox, question(), timeout=0.75)
        time.sleep(1)
        left = sandbox.bill()
        completion = complete(sandbox, question())
        bill = sandbox.bill()
    assert (left.requests, left.answered, left.questions) == (1, 0, {})
    assert completion.usage is not None
    assert (left.prompt_tokens, left.completion_tokens) == (
        completion.usage.prompt_tokens,
        completion.usage.completion_tokens,
    )
    assert (bill.requests, bill.answered, bill.completion_tokens) == (2, 1, 2 * left.completion_tokens)


def test_a_request_that_hangs_does_not_hold_up_the_end(folder: Path) -> None:
    """The server ends though a client waits for a minute to pass."""
    with running(folder, chat=ChatBehavior(hangs=1, hang_from=0)) as sandbox:
        body = json.dumps({"model": "sandbox", "messages": [{"role": "user", "content": question()}]})
        waiting = http.client.HTTPConnection(urlsplit(sandbox.base_url).netloc)
        waiting.request("POST", "/v1/chat/completions", body)
        while not sandbox.bill().faults:
            time.sleep(0.05)
        start = time.monotonic()
    assert time.monotonic() - start < ENDING
    waiting.close()


def test_a_hanging_request_has_no_other_fault(folder: Path) -> None:
    """Where every request is busy, none is left to hang."""
    with running(folder, chat=ChatBehavior(busy=1, hangs=1, hang_from=0)) as sandbox:
        assert [came.status for came in ask_all(sandbox, [question()] * 5)] == [429] * 5
        assert sandbox.bill().faults == {"busy": 5}
