"""Runs whose processes are killed, and runs that are cancelled: the server comes to know of all that they were."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.events.schemas.automations import EventTrigger
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import AwaitingRetry, Cancelling

from flows.up.furnish import automations, furnish
from tests.flows.machine import PREFECT
from tests.flows.server import server
from tests.flows.sleeping import begun, deploy_to, states_of, submitting
from tests.processes import have_ended, living_with, until

WITHIN = 40.0
"""Seconds without a heartbeat after which a run counts as lost, where automations.yaml says 420; Prefect's shortest
interval between two heartbeats is 30."""

PATIENCE = WITHIN + 120.0
"""Seconds that a busy machine may take to begin a run, and a busy server to notice how it ends."""


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A whole server, furnished as `make up` does, which is quicker to call a run lost."""
    with server(tmp_path_factory.mktemp("server")) as address, _client(address) as client:
        furnish(address)
        [automation] = client.read_automations_by_name("lost runs")
        [told] = automations()
        assert isinstance(told.trigger, EventTrigger)
        told.trigger.within = timedelta(seconds=WITHIN)
        client.update_automation(automation.id, told)
        yield address


@contextmanager
def _client(api: str) -> Iterator[SyncPrefectClient]:
    with temporary_settings({PREFECT_API_URL: api}), get_client(sync_client=True) as client:
        yield client


@contextmanager
def _worker(api: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of the cpu pool, ended with its runs by the end of the block."""
    environment = {
        **os.environ,
        "PREFECT_API_URL": api,
        "PREFECT_HOME": str(folder),
        "PREFECT_WORKER_QUERY_SECONDS": "1",
    }
    environment["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"] = "30"
    command = [*PREFECT, "worker", "start", "--pool", "cpu"]
    with (folder / "worker.log").open("ab") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)
    try:
        yield process
    finally:
        for pid in [process.pid, *living_with("PREFECT_HOME", str(folder))]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def _begin(client: SyncPrefectClient, deployment: UUID, release: Path) -> UUID:
    run = client.create_flow_run_from_deployment(deployment, parameters={"release": str(release)}).id
    until(lambda: begun(release), PATIENCE, lambda: f"{states_of(client, run)}")
    return run


def _until_states(client: SyncPrefectClient, run: UUID, **states: str) -> None:
    until(lambda: states_of(client, run) == states, PATIENCE, lambda: f"{states_of(client, run)}, not {states}")


def _process_of(run: UUID) -> int:
    [pid] = living_with("PREFECT__FLOW_RUN_ID", str(run))
    return pid


@pytest.mark.slow  # nearly a minute passes until silence counts as a loss
def test_lost_runs_are_crashed_and_a_retry_completes_them(api: str, tmp_path: Path) -> None:
    """One whose process is killed, and one whose worker is killed with it: both, and the flows within them.

    The worker tells of the first at once; of all else there is only silence.
    """
    with _client(api) as client:
        deployment = deploy_to(client, "cpu")
        with _worker(api, tmp_path) as worker:
            process_lost = _begin(client, deployment, tmp_path / "first")
            os.kill(_process_of(process_lost), signal.SIGKILL)
            _until_states(client, process_lost, outer="Crashed", inner="Running")
            machine_lost = _begin(client, deployment, tmp_path / "second")
            for pid in (worker.pid, _process_of(machine_lost)):
                os.kill(pid, signal.SIGKILL)
        assert states_of(client, machine_lost) == {"outer": "Running", "inner": "Running"}
        for run in (process_lost, machine_lost):
            _until_states(client, run, outer="Crashed", inner="Crashed")
        assert "Retry it" in str(client.read_flow_run(machine_lost).state)
        with _worker(api, tmp_path):
            (tmp_path / "second").touch()
            client.set_flow_run_state(machine_lost, AwaitingRetry())  # what the UI's Retry sets
            _until_states(client, machine_lost, outer="Completed", inner="Completed")
        assert client.read_flow_run(machine_lost).run_count == 2


@pytest.mark.slow  # a worker
def test_a_run_outlives_its_killed_worker_until_it_speaks(api: str, tmp_path: Path) -> None:
    """Nobody reads what it says any more: with its next line it ends, and says that it crashed."""
    with _client(api) as client, _worker(api, tmp_path) as worker:
        run = _begin(client, deploy_to(client, "cpu"), tmp_path / "release")
        pid = _process_of(run)
        worker.kill()
        worker.wait()
        os.kill(pid, 0)
        assert states_of(client, run) == {"outer": "Running", "inner": "Running"}
        (tmp_path / "release").touch()
        _until_states(client, run, outer="Crashed", inner="Crashed")
        assert have_ended(pid)


@pytest.mark.slow  # a worker, and two runs one after the other
def test_a_cancelled_pipeline_takes_what_it_has_submitted_with_it(api: str, tmp_path: Path) -> None:
    """The flow within its process, the run that this has submitted, and the flow within that; no process is left."""
    with _client(api) as client, _worker(api, tmp_path):
        deploy_to(client, "cpu")
        run = _begin(client, deploy_to(client, "cpu", submitting), tmp_path / "release")
        [nested] = [each for each in client.read_flow_runs() if each.name == "outer" and each.state_name == "Running"]
        pids = [_process_of(run), _process_of(nested.id)]
        client.set_flow_run_state(run, Cancelling())
        _until_states(client, run, pipeline="Cancelled", stage="Cancelled")
        _until_states(client, nested.id, outer="Cancelled", inner="Cancelled")
        assert all(map(have_ended, pids))
        tasks = client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run, nested.id])))
        assert {each.state_name for each in tasks} == {"Cancelled"}
