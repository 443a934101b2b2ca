"""Training by several processes on a worker: cancelled, it leaves none of them; retried, it goes on."""

import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.states import AwaitingRetry, Cancelling

from flows.recipe import Recipe
from flows.train import train
from storage.errors import BadInput
from storage.latest import recall
from storage.manifest import read_manifest, read_rows
from storage.records import Accuracy, Stage, StageRef
from tests.flows.machine import deployed_to, worker
from tests.flows.test_recipe import LEAST
from tests.processes import have_ended, named_with
from tests.training.launching import SETTINGS
from tests.training.small import lines_of
from tests.training.stages import finished_stages, remember_all
from training.config import Arm

PATIENCE = 300.0
"""Seconds until a run has come to where it is waited for."""

SLOW = SETTINGS.model_copy(
    update={"arms": (Arm.SILENCED, Arm.UNSILENCED), "steps": 1500, "processes": 2, "log_every": 1}
)
"""Long enough to be cancelled: the server is asked what to cancel every few seconds."""


def _recipe(root: Path) -> Recipe:
    """One whose stages before training are finished below the root."""
    remember_all(root, "least", finished_stages(root))
    return Recipe.model_validate({**LEAST, "data_root": str(root), "train": SLOW.model_dump(mode="json")})


def _submit(client: SyncPrefectClient, recipe: Recipe) -> UUID:
    deployment = client.read_deployment_by_name("train/train")
    given = {"recipe": recipe.model_dump(mode="json")}
    return client.create_flow_run_from_deployment(deployment.id, parameters=given).id


def _until(reached: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end, f"it never came there:\n{log.read_text()}"
        time.sleep(0.1)


def _ended(client: SyncPrefectClient, run: UUID, log: Path) -> FlowRun:
    _until(lambda: (state := client.read_flow_run(run).state) is not None and state.is_final(), log)
    return client.read_flow_run(run)


def _trained(root: Path) -> StageRef:
    return recall(str(root), "least", Stage.TRAIN)


def _files(ref: StageRef) -> dict[str, str]:
    """The digests of what the stage has written, by the ends of their names."""
    parts = read_manifest(ref.uri).parts
    return {file.name.partition("/")[2]: file.content for part in parts for file in part.files}


@pytest.mark.slow  # a worker, and five times two processes that load torch
def test_a_cancelled_run_leaves_no_process_and_its_retry_goes_on(prefect_server: str, tmp_path: Path) -> None:
    """It is Cancelled, with nothing of it left; retried, it makes what an undisturbed one does, bit for bit."""
    broken, whole, log = tmp_path / "broken", tmp_path / "whole", tmp_path / "worker.log"
    work = broken / "work" / "train"
    environment = deployed_to(prefect_server, "train")
    with get_client(sync_client=True) as client, worker(environment, log):
        recipe = _recipe(broken)
        run = _submit(client, recipe)
        _until(lambda: any(work.glob("*/silenced/last.pt")), log)
        pids = named_with(str(work))
        assert len(pids) == 3, "torchrun and two processes"
        client.set_flow_run_state(run, Cancelling())
        assert _ended(client, run, log).state_name == "Cancelled"
        assert all(map(have_ended, pids))
        assert not named_with(str(work)), "the next arm was begun"
        with pytest.raises(BadInput):
            _trained(broken)
        client.set_flow_run_state(run, AwaitingRetry())  # what the UI's Retry sets
        retried = _ended(client, run, log)
        assert (retried.state_name, retried.run_count) == ("Completed", 2), log.read_text()
    made, undisturbed = _trained(broken), train(_recipe(whole))
    assert _files(made) == _files(undisturbed)
    assert read_rows(made, Accuracy) == read_rows(undisturbed, Accuracy)
    said = next(work.glob("*/silenced/processes/logs/*/attempt_0/0/stdout.log")).read_text()
    assert int(said.split()[3]) > SLOW.evaluate_every, "it began from the start"
    logged = lines_of(next(work.glob("*/silenced/metrics.jsonl")))
    assert [line["step"] for line in logged] == list(range(1, SLOW.steps + 1))
