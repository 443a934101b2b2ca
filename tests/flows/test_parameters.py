"""What flows are given: forms name it, and what stands for something else is read."""

import inspect
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from prefect.exceptions import ParameterTypeError
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.validation import validate

from flows.crawl import crawl
from flows.embedding import embed
from flows.leaks import leaks
from flows.neighbors import neighbors
from flows.pipeline import extrapolate
from flows.recipe import load_recipe
from flows.reporting import report
from flows.retention import retention
from flows.selection import select
from flows.sharding import shard
from flows.targets import targets
from flows.train import train
from storage.errors import BadInput, DamagedStore
from storage.manifest import open_stage
from storage.recipe_base import VARIABLE
from storage.records import Stage, StageRef

FLOWS = [extrapolate, targets, neighbors, crawl, embed, select, shard, train, report, leaks, retention]
RECIPES = sorted(Path(__file__).parents[2].joinpath("recipes").glob("*.yaml"))
BASES = "".join(path.read_text() for path in RECIPES[0].parent.joinpath("bases").glob("*.yaml"))


def _schema(flow: Callable[..., Any]) -> dict[str, Any]:
    return parameter_schema(getattr(flow, "fn", flow)).model_dump_for_openapi()


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> str:
    """A recipe that a path stands for."""
    monkeypatch.setenv("GROCERY_ROOT", "/data")
    return str(Path(__file__).parents[2] / "recipes" / "grocery.yaml")


def _finished(root: Path, stage: Stage) -> StageRef:
    return open_stage(str(root), stage, 1, {}).seal([], 3, 0.0)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_every_parameter_of_a_deployment_is_titled_and_described(flow: Callable[..., Any]) -> None:
    """None shows under its Python name, and no choice of one as a Python type."""
    for name, field in _schema(flow)["properties"].items():
        assert field["title"] != name
        assert field["title"][0].isupper()
        assert len(field["description"]) > 15, name
        for arm in field.get("anyOf", []):
            assert "$ref" in arm or arm["title"], name


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_defaults_are_valid_where_a_form_sends_them(flow: Callable[..., Any], recipe: str) -> None:
    """A form sends every default, which the server checks against the same schema."""
    schema, given = _schema(flow), {"recipe": recipe, "a": "data/train", "b": "data/test"}
    fields = {name: field.get("default") for name, field in schema["properties"].items()}
    sent = {name: given.get(name, default) for name, default in fields.items()}
    assert validate(sent, schema, preprocess=True) == []
    assert set(flow.validate_parameters(sent)) == set(inspect.signature(flow.fn).parameters)  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_written_out_is_valid_and_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one run hands it to another, with null for all that is not set."""
    for variable in VARIABLE.findall(path.read_text() + BASES):
        monkeypatch.setenv(variable, "https://a.example")  # a contact, and a path as good as any
    given = load_recipe(str(path))
    sent = {"recipe": given.model_dump(mode="json"), "refresh": [], "as_of": "today"}
    assert validate(sent, _schema(extrapolate)) == []
    assert extrapolate.validate_parameters(sent)["recipe"] == given


def test_a_path_stands_for_a_recipe(recipe: str) -> None:
    """Its file is read where the run is."""
    assert extrapolate.validate_parameters({"recipe": recipe})["recipe"] == load_recipe(recipe)


def test_a_folder_stands_for_the_result_that_lies_there(recipe: str, tmp_path: Path) -> None:
    """Also after a move, and whatever its path ends in; a reference is taken as it is."""
    ref = _finished(tmp_path / "runs", Stage.NEIGHBORS)
    (tmp_path / "runs").rename(tmp_path / "moved")
    folder = ref.uri.replace("/runs/", "/moved/")
    for given in (folder, f"{folder}/", asdict(replace(ref, uri=folder)), replace(ref, uri=folder)):
        taken = crawl.validate_parameters({"recipe": recipe, "neighbors": given})["neighbors"]
        assert taken == replace(ref, uri=folder)


def test_a_result_of_another_stage_is_refused(recipe: str, tmp_path: Path) -> None:
    """Its rows are others; the complaint names both stages."""
    ref = _finished(tmp_path, Stage.CRAWL)
    with pytest.raises(BadInput, match="holds a result of crawl, where one of neighbors is needed"):
        crawl.validate_parameters({"recipe": recipe, "neighbors": ref.uri})


def test_a_folder_without_a_result_is_named(recipe: str, tmp_path: Path) -> None:
    """It is not taken for the newest."""
    with pytest.raises(DamagedStore, match=r"has no manifest\.json"):
        crawl.validate_parameters({"recipe": recipe, "neighbors": str(tmp_path)})


@pytest.mark.parametrize(
    "given", [{"until": "leaks"}, {"refresh": ["catalog"]}, {"as_of": "tomorrow"}, {"as_of": "2026-1-2"}]
)
def test_what_the_pipeline_does_not_know_is_refused(given: dict[str, object], recipe: str) -> None:
    """By the server's check and by the flow's: stages that are none of its own, and days that are none."""
    sent = {"recipe": recipe, **given}
    assert [error.path[0] for error in validate(sent, _schema(extrapolate))] == list(given)
    with pytest.raises(ParameterTypeError, match=next(iter(given))):
        extrapolate.validate_parameters(sent)


def test_a_day_that_is_none_of_the_calendar_is_refused(recipe: str) -> None:
    """The flow knows how long months are."""
    with pytest.raises(ParameterTypeError, match="as_of"):
        extrapolate.validate_parameters({"recipe": recipe, "as_of": "2026-02-30"})
