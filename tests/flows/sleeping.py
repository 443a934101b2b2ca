"""Flows that last until they are released, for tests that kill or cancel them, and their deployment."""

import time
from pathlib import Path
from uuid import UUID

from prefect import Flow, flow, task
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterParentFlowRunId
from prefect.deployments import run_deployment

import flows  # noqa: F401  # as every flow of the project does, by which it ends with a worker of `make up`
from tests.flows.machine import PROJECT


def begun(release: Path) -> bool:
    """Whether the innermost flow of a run has come to where it waits for this file."""
    return Path(f"{release}.begun").exists()


@task(name="sleep", task_run_name="sleep")
def _sleep(release: str) -> None:
    Path(f"{release}.begun").touch()
    while not Path(release).exists():
        time.sleep(0.2)


@flow(name="sleeping-inner", flow_run_name="inner")
def inner(release: str) -> None:
    """Last until the file is there."""
    _sleep(release)


@flow(name="sleeping-outer", flow_run_name="outer")
def outer(release: str) -> None:
    """The same by a flow within this process."""
    inner(release)


@flow(name="submitting-stage", flow_run_name="stage")
def _stage(release: str) -> None:
    """Let a worker run the outer flow, and wait for it."""
    run_deployment("sleeping-outer/sleeping", parameters={"release": release}, poll_interval=1)


@flow(name="submitting", flow_run_name="pipeline")
def submitting(release: str) -> None:
    """The same by a flow within this process, as a pipeline's stage on another pool."""
    _stage(release)


def deploy_to(client: SyncPrefectClient, pool: str, what: Flow[[str], None] = outer) -> UUID:
    """A deployment of one of these flows on this pool, which finds the project as those of prefect.yaml do."""
    found = {"prefect.deployments.steps.set_working_directory": {"directory": str(PROJECT)}}
    entrypoint = f"{what.fn.__module__}.{what.fn.__name__}"
    return client.create_deployment(
        client.create_flow(what), "sleeping", work_pool_name=pool, entrypoint=entrypoint, pull_steps=[found]
    )


def states_of(client: SyncPrefectClient, run: UUID) -> dict[str, str | None]:
    """The states of a run and of the latest runs of the flows within it, by their names."""
    within = FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[run]))
    subflows = sorted(client.read_flow_runs(flow_run_filter=within), key=lambda each: str(each.created))
    return {each.name: each.state_name for each in [client.read_flow_run(run), *subflows]}
