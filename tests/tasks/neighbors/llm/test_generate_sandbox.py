"""The sandbox's language model, when it behaves badly."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.chat_behavior import ChatBehavior
from sandbox.process import SandboxProcess, running
from storage.records import AnswerReason, TargetClass
from tasks.neighbors.llm.config import Budget, Pace
from tasks.neighbors.proposed import Proposed
from tests.corpora import COLORS, NOUNS, make_grocery_like
from tests.tasks.neighbors.llm.asking import propose, reasons
from tests.tasks.neighbors.llm.endpoint import Endpoint

GROCERIES = [
    TargetClass(label, f"{color} {noun}".lower(), 20 - label, 0, 0)
    for label, (noun, color) in enumerate((noun, color) for noun in NOUNS[:3] for color in COLORS)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny data set for a sandbox."""
    return make_grocery_like(tmp_path_factory.mktemp("grocery"), groups=3, per_class=2, size=32)


def _groceries(sandbox: SandboxProcess, root: Path, **fields: Any) -> Proposed:
    return propose(Endpoint(sandbox.api_url), root, GROCERIES, model="sandbox", **fields)


@pytest.fixture
def troubled(folder: Path) -> Iterator[SandboxProcess]:
    """A sandbox whose model fails in every way."""
    trouble = ChatBehavior(busy=0.2, broken=0.1, truncated=0.2, refused=0.1, retry_after=0.01, answers="text")
    with running(folder, chat=trouble, seed=3) as sandbox:
        yield sandbox


def test_a_troubled_endpoint_costs_what_it_says(tmp_path: Path, troubled: SandboxProcess) -> None:
    """Every class has names or a row; its own bill is what the rows sum to; a second run asks only what failed."""
    first = _groceries(troubled, tmp_path, pace=Pace(retries=1))
    bill = troubled.bill()
    assert first.proposals
    assert {proposal.parent for proposal in first.proposals} ^ set(reasons(first)) == set(range(len(GROCERIES)))
    assert first.tokens == bill.prompt_tokens + bill.completion_tokens
    failed = {label for label, reason in reasons(first).items() if reason is AnswerReason.REQUEST_FAILED}
    second = _groceries(troubled, tmp_path, pace=Pace(retries=1))
    assert {spend.label for spend in second.spend if not spend.stored} == failed


def test_a_hanging_endpoint_keeps_within_the_budget(tmp_path: Path, folder: Path) -> None:
    """An answer that nobody waited for is billed all the same, and counted as the worst case."""
    with running(folder, chat=ChatBehavior(hangs=2, hang_from=1, hang_seconds=60)) as sandbox:
        pace = Pace(retries=1, timeout=1, concurrency=2)
        proposed = _groceries(sandbox, tmp_path, pace=pace, budget=Budget(tokens=25_000), max_tokens=1_000)
        bill = sandbox.bill()
    assert bill.faults == {"hung": 2}
    assert bill.prompt_tokens + bill.completion_tokens <= 25_000
    assert bill.prompt_tokens + bill.completion_tokens <= proposed.tokens <= 25_000
    assert AnswerReason.OVER_BUDGET in reasons(proposed).values()


@pytest.mark.parametrize("answers", ["json", "ignore"])
def test_an_endpoint_of_the_old_kind_is_understood(tmp_path: Path, folder: Path, answers: Any) -> None:
    """One without schemas, and one that chats around its JSON whatever it is asked for."""
    with running(folder, chat=ChatBehavior(answers=answers)) as sandbox:
        proposed = _groceries(sandbox, tmp_path)
    assert reasons(proposed) == {}
    assert {proposal.parent for proposal in proposed.proposals} == set(range(len(GROCERIES)))
