from pathlib import Path

import openai
import pytest

from sandbox.chat_behavior import ChatBehavior
from sandbox.meter import digest
from sandbox.process import running
from tests.sandbox.asking import ask_all, complete, question


def test_the_bill_sums_what_the_answers_say(folder: Path) -> None:
    """Requests, 200 answers by question, and tokens; looking at the bill is no request."""
    with running(folder) as sandbox:
        usages = [complete(sandbox, question(name)).usage for name in ("amber kite", "amber kite", "crimson star")]
        with pytest.raises(openai.BadRequestError):
            complete(sandbox, "name some neighbors")
        bill, requests = sandbox.bill(), sandbox.requests()
    assert (bill.requests, bill.answered, bill.faults) == (4, 3, {})
    assert bill.questions == {digest(question("amber kite")): 2, digest(question("crimson star")): 1}
    assert bill.prompt_tokens == sum(usage.prompt_tokens for usage in usages if usage)
    assert bill.completion_tokens == sum(usage.completion_tokens for usage in usages if usage)
    assert requests.urls == {f"{sandbox.api_url}/chat/completions": 4}


def test_an_error_costs_no_tokens(folder: Path) -> None:
    """A provider bills nothing for a 429."""
    with running(folder, chat=ChatBehavior(busy=1)) as sandbox:
        ask_all(sandbox, [question()] * 3)
        bill = sandbox.bill()
    assert (bill.requests, bill.answered, bill.prompt_tokens, bill.completion_tokens) == (3, 0, 0, 0)
    assert (bill.faults, bill.questions) == ({"busy": 3}, {})
