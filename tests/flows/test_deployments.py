"""prefect.yaml names flows that exist, with parameters that they take."""

import importlib
from pathlib import Path

import pytest
import yaml
from prefect import Flow

PROJECT = Path(__file__).parents[2]
DEPLOYMENTS = yaml.safe_load((PROJECT / "prefect.yaml").read_text())["deployments"]
STAGES = {"targets", "neighbors", "crawl", "embed", "select", "shard", "train", "report"}


def test_the_whole_and_every_stage_is_deployed() -> None:
    """One deployment a stage, one for all of them, and one for the check of two data sets."""
    assert {deployment["name"] for deployment in DEPLOYMENTS} == STAGES | {"pipeline", "leaks"}


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_a_deployment_names_a_flow_and_its_parameters(
    deployment: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entrypoint is a flow that takes the recipe's path as a parameter."""
    monkeypatch.setenv("GROCERY_ROOT", "/data")
    module, _, name = str(deployment["entrypoint"]).rpartition(".")
    flow = getattr(importlib.import_module(module), name)
    assert isinstance(flow, Flow)
    parameters = deployment["parameters"]
    assert isinstance(parameters, dict)
    assert flow.validate_parameters(parameters)["recipe"].name == "grocery"
