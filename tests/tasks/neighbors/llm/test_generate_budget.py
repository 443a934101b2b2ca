"""What many classes may cost together, by the endpoint's own count, and which of them it goes to."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.records import AnswerReason, TargetClass
from tasks.neighbors.llm.config import Budget, Pace, Prices
from tests.tasks.neighbors.llm.asking import GOOD, propose, reasons, things
from tests.tasks.neighbors.llm.endpoint import Reply, completion, error, serve


def _billing(bill: list[int], *, cost: tuple[int, int] = (1_200, 300), failing: int = 0, useless: int = 0) -> Reply:
    """An endpoint that counts what it charges, and fails or babbles at every so many requests."""
    seen = iter(range(1, 10**6))

    def reply(body: dict[str, Any]) -> web.Response:
        number = next(seen)
        if failing and number % failing == 0:
            return error(500, "no")
        bill.append(sum(cost))
        return completion("no JSON" if useless and number % useless == 0 else GOOD, cost=cost)

    return reply


def test_the_rarest_classes_are_asked_first(tmp_path: Path) -> None:
    """Of equally rare ones the first label."""
    classes = [TargetClass(label, f"thing {label}", train, 0, 0) for label, train in enumerate([9, 1, 5, 1, 0])]
    with serve(lambda _: completion(GOOD)) as endpoint:
        propose(endpoint, tmp_path, classes, pace=Pace(concurrency=1))
    assert endpoint.classes == ["thing 4", "thing 1", "thing 3", "thing 2", "thing 0"]


@settings(max_examples=25, deadline=None)
@given(
    tokens=st.integers(1, 60_000),
    concurrency=st.sampled_from([1, 3, 16]),
    failing=st.sampled_from([0, 2, 3]),
    useless=st.sampled_from([0, 2, 5]),
)
def test_a_budget_is_never_passed(tokens: int, concurrency: int, failing: int, useless: int) -> None:
    """By the endpoint's own count, whatever fails and whatever has to be asked twice."""
    bill: list[int] = []
    with serve(_billing(bill, failing=failing, useless=useless)) as endpoint, TemporaryDirectory() as root:
        pace = Pace(retries=1, concurrency=concurrency)
        proposed = propose(endpoint, Path(root), things(12), pace=pace, budget=Budget(tokens=tokens))
    assert sum(bill) <= tokens
    named = {proposal.parent for proposal in proposed.proposals}
    assert named.isdisjoint(reasons(proposed))
    assert named | set(reasons(proposed)) == set(range(12))


@pytest.mark.parametrize("concurrency", [1, 4, 12])
def test_the_budget_goes_to_the_rarest(tmp_path: Path, concurrency: int) -> None:
    """However many are asked at once: requests under way are waited for before a rare class is left out."""
    bill: list[int] = []
    with serve(_billing(bill)) as endpoint:
        pace = Pace(retries=0, concurrency=concurrency)
        proposed = propose(endpoint, tmp_path, things(12), pace=pace, budget=Budget(tokens=15_000))
    asked = len(endpoint.requests)
    assert 15_000 - 10_000 < sum(bill) <= 15_000  # all but one worst case was spent
    assert {proposal.parent for proposal in proposed.proposals} == set(range(12 - asked, 12))
    assert reasons(proposed) == dict.fromkeys(range(12 - asked), AnswerReason.OVER_BUDGET)
    assert "`budget.tokens` = 15,000" in proposed.unanswered[0].detail


def test_a_rare_class_is_not_passed_by_a_shorter_question(tmp_path: Path) -> None:
    """One that would still fit beside the requests under way waits behind a rarer one that does not."""
    classes = things(3)
    classes[1] = replace(classes[1], definition="a thing " * 400)
    with serve(lambda _: completion(GOOD)) as endpoint:
        propose(endpoint, tmp_path, classes, max_tokens=100, budget=Budget(tokens=11_000))
    assert endpoint.classes == ["thing 02", "thing 01", "thing 00"]


def test_a_bigger_budget_asks_for_the_rest(tmp_path: Path) -> None:
    """Answers that are held count as spent, so that all runs together stay within it."""
    bill: list[int] = []
    with serve(_billing(bill)) as endpoint:
        first = propose(endpoint, tmp_path, things(8), budget=Budget(tokens=12_000))
        asked = list(endpoint.classes)
        assert 0 < len(asked) < 8
        propose(endpoint, tmp_path, things(8), budget=Budget(tokens=12_000))
        assert endpoint.classes == asked
        second = propose(endpoint, tmp_path, things(8), budget=Budget(tokens=15_000))
        assert sum(bill) <= 15_000
        assert 0 < len(endpoint.classes) - len(asked) < 8 - len(asked)
        last = propose(endpoint, tmp_path, things(8), budget=Budget(tokens=100_000))
    assert sorted(endpoint.classes) == [f"thing {label:02}" for label in range(8)]
    assert len(first.proposals) < len(second.proposals) < len(last.proposals) == 8
    assert last.tokens == sum(bill)


def test_a_budget_in_money_holds(tmp_path: Path) -> None:
    """At the recipe's prices; the rows name the field."""
    bill: list[int] = []
    prices = Prices(prompt=1, completion=10)
    with serve(_billing(bill)) as endpoint:
        proposed = propose(endpoint, tmp_path, things(8), prices=prices, budget=Budget(money=0.06))
    assert 0 < len(bill) < 8
    assert sum(spend.cost for spend in proposed.spend) == pytest.approx(len(bill) * 0.0042)
    assert len(bill) * 0.0042 <= 0.06
    assert "`budget.money` = 0.06" in proposed.unanswered[0].detail
