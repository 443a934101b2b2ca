"""The whole as it is deployed: a server, all of prefect.yaml, a worker for each pool, and a schedule that fires."""

import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterParentFlowRunId,
)
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.schedules import IntervalSchedule

from sandbox.process import SandboxProcess, running
from storage.latest import recall
from storage.manifest import read_manifest, read_rows
from storage.pictures import PictureStore
from storage.records import Accuracy, Crawled, Stage
from tests.flows.conftest import World
from tests.flows.machine import PREFECT, PROJECT, worker
from tests.flows.postgres import lacking, postgres
from tests.flows.rewritten import sections_over, written
from tests.flows.server import server

PATIENCE = 300.0
"""Seconds until a run has ended, of which half a minute is the start of each process."""

QUICK = {
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_SCHEDULER_DEPLOYMENT_BATCH_SIZE": "100",
}
"""Of the server: a schedule that is made now is not to wait a minute until it is seen."""

POLLING = {"PREFECT_WORKER_QUERY_SECONDS": "1", "PREFECT_LOGGING_LEVEL": "INFO"}
"""Of the workers."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The server, what runs on it, and where everything is written."""

    client: SyncPrefectClient
    root: Path
    sandbox: SandboxProcess
    logs: tuple[Path, ...]

    def said(self) -> str:
        """What the workers have said, for whom a test fails."""
        return "\n".join(log.read_text() for log in self.logs)


def _recipe(world: World, sandbox: SandboxProcess, folder: Path) -> Path:
    """The tiny recipe, with embedding and training on the gpu pool."""
    sections = sections_over(world, sandbox) | {"data_root": str(folder / "root")}
    for stage in ("embed", "train"):
        sections[stage]["where"] = "deployment"
    return written(sections, folder / "tiny.yaml")


def _deployed(environment: dict[str, str]) -> None:
    pools = [["work-pool", "create", name, "--type", "process"] for name in ("cpu", "gpu")]
    for words in (*pools, ["--no-prompt", "deploy", "--all"]):
        done = subprocess.run(
            [*PREFECT, *words], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def _machine(world: World, folder: Path) -> Iterator[Machine]:
    with ExitStack() as stack:
        database = None if lacking() else stack.enter_context(postgres())
        api = stack.enter_context(server(folder / "server", database, QUICK))
        sandbox = stack.enter_context(running(world.grocery, hosts=8))
        told = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        recipe = _recipe(world, sandbox, folder)
        environment = {**told, **POLLING, "PREFECT_API_URL": api, "PREFECT_HOME": str(folder / "home")}
        _deployed({**environment, "RECIPE": str(recipe)})
        logs = tuple(folder / f"{pool}.log" for pool in ("cpu", "gpu"))
        for log in logs:
            stack.enter_context(worker(environment, log, log.stem))
        client = stack.enter_context(SyncPrefectClient(api))
        yield Machine(client, folder / "root", sandbox, logs)


@pytest.fixture(scope="module")
def machine(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """One machine for the story that this file tells, each test a chapter."""
    with _machine(world, tmp_path_factory.mktemp("machine")) as made:
        yield made


def _until(reached: Callable[[], bool], machine: Machine) -> None:
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end, f"it never came there:\n{machine.said()}"
        time.sleep(0.5)


def _runs(machine: Machine, deployment: str) -> list[FlowRun]:
    """Its runs, the oldest first."""
    made = machine.client.read_deployment_by_name(deployment)
    ours = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[made.id]))
    return sorted(machine.client.read_flow_runs(flow_run_filter=ours), key=lambda run: str(run.expected_start_time))


def _scheduled(machine: Machine, as_of: str) -> FlowRun:
    """The run that a schedule of the whole pipeline starts, once it has ended; the schedule fires once."""
    deployment = machine.client.read_deployment_by_name("extrapolate/pipeline")
    soon = datetime.now(UTC) + timedelta(seconds=10)
    schedule = IntervalSchedule(interval=timedelta(days=365), anchor_date=soon)
    new = DeploymentScheduleCreate(schedule=schedule, parameters={"as_of": as_of})
    [made] = machine.client.create_deployment_schedules(deployment.id, [new])
    held: list[FlowRun] = []

    def ended() -> bool:
        runs = [run for run in _runs(machine, "extrapolate/pipeline") if run.parameters["as_of"] == as_of]
        held[:] = [run for run in runs if run.expected_start_time and run.expected_start_time <= soon]
        return bool(held and held[0].state and held[0].state.is_final())

    _until(ended, machine)
    machine.client.delete_deployment_schedule(deployment.id, made.id)
    return held[0]


def _within(machine: Machine, run: UUID) -> list[FlowRun]:
    """The runs that it started, and those that they did."""
    asked = FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[run]))
    mine = machine.client.read_flow_runs(flow_run_filter=asked)
    return [each for child in mine for each in [child, *_within(machine, child.id)]]


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


@pytest.mark.slow  # a server, two workers, and eight processes that load torch
def test_a_scheduled_run_does_the_whole_job(machine: Machine) -> None:
    """It asks as of its day, and every run that it started is complete."""
    deployment = machine.client.read_deployment_by_name("extrapolate/pipeline")
    [nightly] = [schedule for schedule in deployment.schedules if schedule.slug == "nightly"]
    assert nightly.parameters == {"as_of": "today"}
    run = _scheduled(machine, "today")
    assert (run.state_name, run.auto_scheduled, run.work_pool_name) == ("Completed", True, "cpu"), machine.said()
    assert run.name == f"extrapolate tiny as of {_today()}"
    assert {child.state_name for child in _within(machine, run.id)} <= {"Completed", "Cached"}
    assert read_manifest(recall(str(machine.root), "tiny", Stage.CRAWL).uri).config["as_of"] == _today()
    assert read_rows(recall(str(machine.root), "tiny", Stage.TRAIN), Accuracy)


@pytest.mark.slow  # with the one above
def test_training_and_embedding_were_runs_of_the_gpu_pool(machine: Machine) -> None:
    """One run of each for what there was to do, nested in the pipeline's; that of training has written the report."""
    [pipeline] = [run for run in _runs(machine, "extrapolate/pipeline") if run.state and run.state.is_final()]
    nested = {run.id for run in _within(machine, pipeline.id)}
    [trained] = _runs(machine, "train/train")
    embedded = _runs(machine, "embed/embed")
    assert len(embedded) == 2
    assert {(run.work_pool_name, run.state_name) for run in [trained, *embedded]} == {("gpu", "Completed")}
    assert {run.id for run in [trained, *embedded]} <= nested
    [page] = [run for run in _within(machine, trained.id) if run.name.startswith("report")]
    assert page.state_name == "Completed"


@pytest.mark.slow  # with the one above
def test_a_single_stage_is_taken_from_what_is_there(machine: Machine) -> None:
    """Its deployment finds the newest results by itself, and has nothing to do."""
    before = recall(str(machine.root), "tiny", Stage.SELECT)
    deployment = machine.client.read_deployment_by_name("select/select")
    run = machine.client.create_flow_run_from_deployment(deployment.id).id

    def ended() -> bool:
        state = machine.client.read_flow_run(run).state
        return state is not None and state.is_final()

    _until(ended, machine)
    assert machine.client.read_flow_run(run).state_name == "Cached", machine.said()
    assert recall(str(machine.root), "tiny", Stage.SELECT) == before


@pytest.mark.slow  # with the one above
def test_the_next_scheduled_run_fetches_what_is_new(machine: Machine) -> None:
    """Ten new pictures on the web and another day: ten are fetched, and trained on anew; nothing is fetched twice."""
    first = recall(str(machine.root), "tiny", Stage.CRAWL)
    held = {row.url for row in read_rows(first, Crawled) if row.digest}
    asked = Counter(machine.sandbox.requests().urls)
    new = set(machine.sandbox.grow(10))
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    run = _scheduled(machine, tomorrow)
    assert run.state_name == "Completed", machine.said()
    added = Counter(machine.sandbox.requests().urls) - asked
    assert {url: added[url] for url in new} == dict.fromkeys(new, 1)
    assert not held & set(added), "a stored picture was fetched again"
    second = recall(str(machine.root), "tiny", Stage.CRAWL)
    assert second.count == first.count + 10
    assert {row.url for row in read_rows(second, Crawled) if row.digest} == held | new
    assert all(PictureStore(str(machine.root)).find(url) for url in new)
    executed = {child.name.split()[0]: child.state_name for child in _within(machine, run.id)}
    assert (executed["targets"], executed["neighbors"]) == ("Cached", "Cached")
    assert executed["select"] == "Completed"
    assert len(_runs(machine, "train/train")) == 2
