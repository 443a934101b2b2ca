"""Asking again for what was never answered."""

from pathlib import Path

from flows.pipeline import extrapolate
from flows.recipe import Recipe
from storage.manifest import read_rows
from storage.records import AnswerReason, Proposal, Spend, Stage, Unanswered
from tasks.neighbors.llm.config import Budget, LanguageModel
from tests.flows.conftest import World


def _with_budget(recipe: Recipe, tokens: int) -> Recipe:
    provider = recipe.neighbors.provider
    assert isinstance(provider, LanguageModel)
    poorer = provider.model_copy(update={"budget": Budget(tokens=tokens)})
    neighbors = recipe.neighbors.model_copy(update={"provider": poorer, "most_unanswered": 1.0})
    return recipe.model_copy(update={"neighbors": neighbors})


def test_a_larger_budget_asks_for_the_rest(prefect_server: str, world: World, tmp_path: Path) -> None:
    """A stage that is whole but came short is not the last word; classes that have their names are not asked again."""
    recipe = world.recipe(tmp_path)
    first = extrapolate(_with_budget(recipe, 12_000), Stage.NEIGHBORS)[-1]
    lost = [row.label for row in read_rows(first, Unanswered) if row.reason is AnswerReason.OVER_BUDGET]
    named = {row.parent for row in read_rows(first, Proposal)}
    assert lost
    second = extrapolate(_with_budget(recipe, 1_000_000), Stage.NEIGHBORS)[-1]
    assert read_rows(second, Unanswered) == []
    assert {row.label for row in read_rows(second, Spend) if not row.stored} == set(lost)
    assert {row.parent for row in read_rows(second, Proposal)} == named | set(lost)
    assert extrapolate(_with_budget(recipe, 1_000_000), Stage.NEIGHBORS)[-1].reused
