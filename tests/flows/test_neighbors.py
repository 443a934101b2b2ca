"""Asking again for what was never answered."""

from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.flow_engine import run_flow
from prefect.states import AwaitingRetry

from flows.neighbors import neighbors
from flows.pipeline import extrapolate
from flows.recipe import Recipe
from flows.summary import costs, nothing_executed
from flows.targets import targets
from sandbox.meter import Bill
from storage.errors import TooMuchLost
from storage.manifest import read_rows
from storage.records import AnswerReason, Proposal, Spend, Stage, StageRef, Unanswered
from tasks.neighbors.llm.config import Budget, LanguageModel
from tasks.neighbors.review.desk import Desk
from tests.flows.conftest import World

LITTLE, ENOUGH = 12_000, 1_000_000
"""Tokens that a class or two can be asked for, and all of them."""


def _with_budget(recipe: Recipe, tokens: int, most_unanswered: float = 1.0) -> Recipe:
    provider = recipe.neighbors.provider
    assert isinstance(provider, LanguageModel)
    poorer = provider.model_copy(update={"budget": Budget(tokens=tokens)})
    neighbors = recipe.neighbors.model_copy(update={"provider": poorer, "most_unanswered": most_unanswered})
    return recipe.model_copy(update={"neighbors": neighbors})


def test_a_larger_budget_asks_for_the_rest(prefect_server: str, world: World, tmp_path: Path) -> None:
    """A stage that is whole but came short is not the last word; classes that have their names are not asked again."""
    recipe = world.recipe(tmp_path)
    first = extrapolate(_with_budget(recipe, LITTLE), Stage.NEIGHBORS)[-1]
    lost = [row.label for row in read_rows(first, Unanswered) if row.reason is AnswerReason.OVER_BUDGET]
    named = {row.parent for row in read_rows(first, Proposal)}
    assert lost
    second = extrapolate(_with_budget(recipe, ENOUGH), Stage.NEIGHBORS)[-1]
    assert read_rows(second, Unanswered) == []
    assert {row.label for row in read_rows(second, Spend) if not row.stored} == set(lost)
    assert {row.parent for row in read_rows(second, Proposal)} == named | set(lost)
    assert extrapolate(_with_budget(recipe, ENOUGH), Stage.NEIGHBORS)[-1].reused


def _retried(state: State[StageRef], recipe: Recipe, made_of: StageRef) -> StageRef:
    """What the same run of the stage brings when it is tried again, as from the Prefect UI, with this recipe."""
    run_id = state.state_details.flow_run_id
    assert run_id
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run_id, AwaitingRetry(), force=True)
        run = client.read_flow_run(run_id)
    made = run_flow(neighbors, run, {"recipe": recipe, "targets": made_of, "refresh": True})
    assert isinstance(made, StageRef)
    return made


def _paid(before: Bill, after: Bill) -> int:
    return after.prompt_tokens + after.completion_tokens - before.prompt_tokens - before.completion_tokens


@pytest.mark.parametrize("most_unanswered", [0.0, 1.0], ids=["failed", "short"])
def test_a_refresh_that_is_retried_pays_for_the_rest_alone(
    prefect_server: str, world: World, tmp_path: Path, most_unanswered: float
) -> None:
    """Every class is asked once, whether the stage failed for those that were not answered or was whole without."""
    recipe, found = world.recipe(tmp_path), targets(world.recipe(tmp_path))
    first = neighbors(recipe, found)
    classes, bill = len(read_rows(first, Spend)), world.sandbox.bill()
    poor = _with_budget(recipe, LITTLE, most_unanswered)
    state = neighbors(poor, found, refresh=True, return_state=True)
    assert state.is_completed() is bool(most_unanswered)
    if not most_unanswered:
        with pytest.raises(TooMuchLost):
            state.result()
    some = world.sandbox.bill().answered - bill.answered
    assert 0 < some < classes
    made = _retried(state, _with_budget(recipe, ENOUGH, most_unanswered), found)
    assert world.sandbox.bill().answered - bill.answered == classes
    assert read_rows(made, Unanswered) == []
    assert sum(row.stored for row in read_rows(made, Spend)) == some
    assert made.content == first.content


def test_a_refresh_of_edited_names_is_told_with_what_it_cost(prefect_server: str, world: World, tmp_path: Path) -> None:
    """The edited names are what they were, yet the run has asked: it says so, and what it paid."""
    recipe = world.recipe(tmp_path)
    sheet = Path(Desk(recipe.data_root, recipe.name, extrapolate(recipe, Stage.NEIGHBORS)[-1]).sheet)
    sheet.write_text(sheet.read_text().replace("yes,", "no,", 1))
    edited = extrapolate(recipe, Stage.NEIGHBORS)[-1]
    before = world.sandbox.bill()
    refs = extrapolate(recipe, Stage.NEIGHBORS, [Stage.NEIGHBORS])
    paid = _paid(before, world.sandbox.bill())
    assert (refs[-1].content, refs[-1].reused) == (edited.content, False)
    assert nothing_executed(refs) == ""
    assert paid
    assert costs(refs) == [f"asked for names: {paid:,} tokens"]
