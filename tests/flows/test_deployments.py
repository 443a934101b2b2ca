"""prefect.yaml names flows that exist, with parameters that they take."""

import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect import Flow
from prefect.events.schemas.automations import EventTrigger
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY
from prefect.utilities.templating import apply_values

from flows.pipeline import extrapolate
from flows.up.furnish import automations
from flows.waiting import PATIENCE

PROJECT = Path(__file__).parents[2]
DEPLOYMENTS = yaml.safe_load((PROJECT / "prefect.yaml").read_text())["deployments"]
STAGES = {"targets", "neighbors", "crawl", "embed", "select", "shard", "train", "report"}
BESIDE = {"pipeline", "leaks", "retention"}


def test_the_whole_and_every_stage_is_deployed() -> None:
    """One deployment a stage, one for all of them, and those that go beside the pipeline."""
    assert {deployment["name"] for deployment in DEPLOYMENTS} == STAGES | BESIDE


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_a_deployment_names_a_flow_and_its_parameters(
    deployment: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entrypoint is a flow that takes the recipe's path as a parameter, from the environment at deploy time."""
    monkeypatch.setenv("RECIPE", "recipes/demo.yaml")
    module, _, name = str(deployment["entrypoint"]).rpartition(".")
    flow = getattr(importlib.import_module(module), name)
    assert isinstance(flow, Flow)
    parameters = apply_values(deployment["parameters"], {})
    assert isinstance(parameters, dict)
    assert flow.validate_parameters(parameters)["recipe"].name == "demo"


def test_every_deployment_runs_one_at_a_time() -> None:
    """Those that come meanwhile wait for their turn."""
    limits = {deployment["name"]: deployment["concurrency_limit"] for deployment in DEPLOYMENTS}
    assert limits == {name: {"limit": 1, "collision_strategy": "ENQUEUE"} for name in STAGES | BESIDE}


def test_what_wants_a_gpu_has_a_pool_of_its_own() -> None:
    """Embedding and training, and nothing else."""
    pools = {deployment["name"]: deployment["work_pool"]["name"] for deployment in DEPLOYMENTS}
    assert {name for name, pool in pools.items() if pool == "gpu"} == {"embed", "train"}
    assert set(pools.values()) == {"cpu", "gpu"}


def test_a_run_is_lost_only_after_it_missed_several_heartbeats() -> None:
    """Those of our deployments beat often; and others, at Prefect's own interval, are not taken for lost."""
    [lost] = automations()
    assert isinstance(lost.trigger, EventTrigger)
    beats = {one["work_pool"]["job_variables"]["env"]["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"] for one in DEPLOYMENTS}
    assert beats == {"30"}
    by_default = PREFECT_FLOWS_HEARTBEAT_FREQUENCY.default()
    assert lost.trigger.within.total_seconds() > max(2 * by_default, PATIENCE)


def test_the_schedule_asks_as_of_its_day() -> None:
    """A cron line with its time zone on the whole pipeline, whose parameters the flow takes; no other one repeats."""
    [(name, schedules)] = [(one["name"], one["schedules"]) for one in DEPLOYMENTS if one.get("schedules")]
    [schedule] = schedules
    assert (name, schedule["timezone"], len(schedule["cron"].split())) == ("pipeline", "UTC", 5)
    assert (
        extrapolate.validate_parameters({"recipe": "recipes/demo.yaml", **schedule["parameters"]})["as_of"] == "today"
    )
