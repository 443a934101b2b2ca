"""Embedding on another pool: a real server, the deployment of prefect.yaml, a real worker."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Cancelled, Failed

from flows.embedding import embed
from flows.recipe import Recipe
from flows.targets import targets
from storage.errors import BadInput, RunFailed
from storage.manifest import read_rows
from storage.records import Embedded, Stage, StageRef
from tests.flows.conftest import World
from tests.processes import have_ended

PROJECT = Path(__file__).parents[2]
PREFECT = [sys.executable, "-m", "prefect"]


def _elsewhere(world: World, root: Path) -> Recipe:
    recipe = world.recipe(root)
    return recipe.model_copy(update={"embed": recipe.embed.model_copy(update={"where": "deployment"})})


@pytest.fixture(scope="module")
def deployed(prefect_server: str) -> dict[str, str]:
    """The environment of a machine that knows the server, which has the gpu pool and the embed deployment."""
    environment = {**os.environ, "PREFECT_API_URL": prefect_server, "GROCERY_ROOT": "/data"}
    for words in (["work-pool", "create", "gpu", "--type", "process"], ["--no-prompt", "deploy", "--name", "embed"]):
        done = subprocess.run(
            [*PREFECT, *words], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return environment


@contextmanager
def _worker(environment: dict[str, str], log: Path) -> Iterator[None]:
    command = [*PREFECT, "worker", "start", "--pool", "gpu", "--limit", "1"]
    with log.open("w") as out:
        worker = subprocess.Popen(command, cwd=log.parent, env=environment, stdout=out, stderr=out)
    try:
        yield
    finally:
        worker.terminate()
        assert have_ended(worker.pid) or worker.wait(30) is not None


def _runs() -> list[FlowRun]:
    """The runs that were submitted to the deployment, the latest last."""
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs()
    return sorted((run for run in runs if run.deployment_id), key=lambda run: str(run.created))


def _end_next(state: Any, known: int) -> threading.Thread:
    """A thread that ends the next submitted run in this state, as a worker or a person would."""

    def end() -> None:
        while len(_runs()) <= known:
            time.sleep(0.1)
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(_runs()[-1].id, state, force=True)

    thread = threading.Thread(target=end)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("state", "says"),
    [(Failed(message="the GPU fell off"), "Failed: the GPU fell off"), (Cancelled(message="by hand"), "by hand")],
    ids=["failed", "cancelled"],
)
@pytest.mark.slow  # deploys by the command line
def test_a_run_that_does_not_make_the_stage_is_told(
    deployed: dict[str, str], world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: Any, says: str
) -> None:
    """The error names the run and its end; asked again, the stage is submitted again."""
    monkeypatch.setattr("flows.remote.LOOK_EVERY", 0.1)
    recipe = _elsewhere(world, tmp_path)
    found = targets(recipe)
    before = len(_runs())
    for number in range(2):
        ending = _end_next(state, before + number)
        with pytest.raises(RunFailed, match=says) as caught:
            embed(recipe, Stage.TARGETS, found)
        ending.join()
        assert _runs()[-1].name in caught.value.problem
    assert len(_runs()) == before + 2


@pytest.mark.slow  # a worker needs half a minute to start and to load torch
def test_a_worker_of_the_gpu_pool_makes_the_stage(
    deployed: dict[str, str], world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that ask at once share one run, which does the work itself; what it made is what an inline run makes."""
    monkeypatch.setattr("flows.remote.LOOK_EVERY", 0.2)
    recipe = _elsewhere(world, tmp_path)
    found, before = targets(recipe), len(_runs())
    made: list[StageRef] = []
    asking = [threading.Thread(target=lambda: made.append(embed(recipe, Stage.TARGETS, found))) for _ in range(2)]
    with _worker(deployed, tmp_path / "worker.log"):
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join(240)
    assert len(made) == 2, (tmp_path / "worker.log").read_text()
    assert len(_runs()) == before + 1
    assert not made[0].reused
    inline = embed(world.recipe(tmp_path / "inline"), Stage.TARGETS, targets(world.recipe(tmp_path / "inline")))
    assert (made[0].key, made[0].content) == (inline.key, inline.content)
    assert len(read_rows(made[0], Embedded)) == made[0].count > 0
    assert embed(recipe, Stage.TARGETS, found).reused
    assert len(_runs()) == before + 1


def test_without_a_server_no_worker_could_take_it(prefect_server: str, world: World, tmp_path: Path) -> None:
    """The error says what to start, or which field to set."""
    recipe = _elsewhere(world, tmp_path)
    found = targets(recipe)
    with temporary_settings({PREFECT_API_URL: None}), pytest.raises(BadInput, match="no Prefect server") as caught:
        embed.fn(recipe, Stage.TARGETS, found)
    assert "inline" in caught.value.mend


def test_a_deployment_that_is_not_there_is_named(
    prefect_server: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names it and the server, and how to make it."""
    monkeypatch.setattr("flows.embedding.DEPLOYMENT", "embed/nowhere")
    recipe = _elsewhere(world, tmp_path)
    with pytest.raises(BadInput, match="no deployment embed/nowhere") as caught:
        embed(recipe, Stage.TARGETS, targets(recipe))
    assert "prefect deploy" in caught.value.mend
