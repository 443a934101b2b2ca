"""The laws of the purse, and what the recipe may say about money."""

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.neighbors.llm.budget import OverBudget, Purse, Usage
from tasks.neighbors.llm.config import Budget, LanguageModel, Prices

COUNTS = st.integers(0, 500)
USAGES = st.builds(Usage, COUNTS, COUNTS)
PRICES = Prices(prompt=2.0, completion=8.0)


@settings(max_examples=200, deadline=None)
@given(
    tokens=st.none() | st.integers(1, 3_000),
    money=st.none() | st.floats(1e-6, 0.01),
    steps=st.lists(st.tuples(st.booleans(), USAGES, st.floats(0, 1)), max_size=40),
)
def test_what_is_set_aside_never_passes_the_budget(
    tokens: int | None, money: float | None, steps: list[tuple[bool, Usage, float]]
) -> None:
    """Whatever is sent and settled, in any order, for as much as the worst case or less."""
    purse, under_way = Purse(Budget(tokens=tokens, money=money), PRICES), list[Usage]()
    spent = Usage()
    for sends, worst, part in steps:
        if sends:
            try:
                purse.set_aside(worst)
            except OverBudget:
                continue  # it was not sent, and takes nothing
            under_way.append(worst)
        elif under_way:
            ended = under_way.pop(int(part * (len(under_way) - 1)))
            cost = Usage(int(part * ended.prompt), int(part * ended.completion))
            purse.settle(ended, cost)
            spent += cost
        promised = sum(under_way, Usage())
        assert (purse.spent, purse.aside) == (spent, promised)
        assert tokens is None or (spent + promised).tokens <= tokens
        assert money is None or (spent + promised).cost(PRICES) <= money


def test_the_whole_budget_can_be_spent() -> None:
    """The last request may end exactly at the bound; one token more is refused."""
    purse = Purse(Budget(tokens=100), None)
    purse.set_aside(Usage(60, 40))
    purse.settle(Usage(60, 40), Usage(50, 10))
    purse.set_aside(Usage(0, 40))
    with pytest.raises(OverBudget):
        purse.set_aside(Usage(1, 0))


@pytest.mark.parametrize(
    ("budget", "field"),
    [(Budget(tokens=999), "`budget.tokens` = 999"), (Budget(money=0.001), "`budget.money` = 0.001")],
)
def test_the_field_that_is_too_small_is_named(budget: Budget, field: str) -> None:
    """Tokens or money, with its value."""
    with pytest.raises(OverBudget, match=field):
        Purse(budget, PRICES).set_aside(Usage(1_000, 0))


def test_money_is_counted_by_the_price_table() -> None:
    """Prices are for a million tokens, questions and answers apart; without them nothing costs money."""
    assert Usage(500_000, 250_000).cost(PRICES) == pytest.approx(1.0 + 2.0)
    assert Usage(500_000, 250_000).cost(None) == 0


def test_a_budget_in_money_needs_prices() -> None:
    """Without them nobody could say when it is spent."""
    with pytest.raises(pydantic.ValidationError, match="a budget in money needs `prices`"):
        LanguageModel(budget=Budget(money=1))
    assert LanguageModel(budget=Budget(money=1), prices=PRICES).budget.money == 1
