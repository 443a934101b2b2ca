"""Embedding on another pool: a real server, the deployment of prefect.yaml, a real worker."""

import shutil
import threading
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions, FlowRun
from prefect.flow_engine import run_flow_sync
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Cancelled, Completed, Failed

from flows.catalog import outside_name
from flows.earlier import earlier
from flows.embedding import embed
from flows.planning.stages import look_ahead
from flows.portable import portable
from flows.recipe import Recipe
from flows.remote import _key
from flows.targets import targets
from flows.waiting import ended
from storage.errors import BadInput, RunFailed
from storage.latest import recall
from storage.manifest import open_stage, read_rows
from storage.records import Embedded, Stage, StageRef
from tests.flows.conftest import World
from tests.flows.machine import deployed_to, worker


def _elsewhere(world: World, root: Path) -> Recipe:
    recipe = world.recipe(root)
    return recipe.model_copy(update={"embed": recipe.embed.model_copy(update={"where": "deployment"})})


@pytest.fixture(scope="module")
def deployed(prefect_server: str) -> dict[str, str]:
    """The environment of a machine that knows the server, which has the gpu pool and the embed deployment."""
    return deployed_to(prefect_server, "embed")


def _runs() -> list[FlowRun]:
    """The runs that were submitted to the deployment, the latest last."""
    with get_client(sync_client=True) as client:
        submitted = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(is_null_=False))
        runs = client.read_flow_runs(flow_run_filter=submitted)  # a page of them: other tests have made hundreds
    return sorted(runs, key=lambda run: str(run.created))


def _end(run: FlowRun, state: Any) -> None:
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run.id, state, force=True)


def _end_next(state: Any, known: int) -> threading.Thread:
    """A thread that ends the next submitted run in this state, as a worker or a person would."""

    def end() -> None:
        while len(_runs()) <= known:
            time.sleep(0.1)
        _end(_runs()[-1], state)

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
    monkeypatch.setattr("flows.waiting.LOOK_EVERY", 0.1)
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
    monkeypatch.setattr("flows.waiting.LOOK_EVERY", 0.2)
    recipe = _elsewhere(world, tmp_path)
    found, before = targets(recipe), len(_runs())
    made: list[StageRef] = []
    asking = [threading.Thread(target=lambda: made.append(embed(recipe, Stage.TARGETS, found))) for _ in range(2)]
    with worker(deployed, tmp_path / "worker.log"):
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


@pytest.fixture
def own(prefect_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> UUID:
    """A deployment of the flow that takes one run at a time, as that of the gpu pool does; no worker serves it."""
    one = ConcurrencyOptions(collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)
    with get_client(sync_client=True) as client:
        made = client.create_deployment(
            client.create_flow(embed), tmp_path.name, concurrency_limit=1, concurrency_options=one
        )
    monkeypatch.setattr("flows.embedding.DEPLOYMENT", f"embed/{tmp_path.name}")
    monkeypatch.setattr("flows.waiting.LOOK_EVERY", 0.1)
    return made


def test_a_run_of_the_deployment_works_itself(own: UUID, world: World, tmp_path: Path) -> None:
    """It would wait for ever for another one, which its deployment begins when it has ended."""
    recipe, before = _elsewhere(world, tmp_path), len(_runs())
    found = targets(recipe)
    with get_client(sync_client=True) as client:
        run = client.create_flow_run_from_deployment(own)
    made = run_flow_sync(embed, run, {"recipe": recipe, "what": Stage.TARGETS, "pictures": found})
    assert isinstance(made, StageRef)
    assert made.count > 0
    assert len(_runs()) == before + 1


def test_vectors_of_earlier_data_sets_have_the_names_that_the_plan_knows(
    own: UUID, world: World, tmp_path: Path
) -> None:
    """Each one's own, though the deployment knows nothing of them: with another encoder the plan names its field."""
    recipe, known = _elsewhere(world, tmp_path / "root"), len(_runs())
    pictures = sorted(world.grocery.rglob("*.jpg"))
    places = [tmp_path / name for name in ("last-year", "last-month")]
    for place, picture in zip(places, pictures, strict=False):
        place.mkdir()
        shutil.copy(picture, place)

    def work() -> None:
        for number in range(len(places)):
            while len(_runs()) <= known + number:
                time.sleep(0.1)
            run = _runs()[-1]
            run_flow_sync(embed, run, run.parameters)

    working = threading.Thread(target=work, daemon=True)
    working.start()
    made = earlier(recipe, list(map(str, places)), recipe.embed)
    working.join()
    names = [f"embed-{outside_name(str(place))}" for place in places]
    assert [recall(recipe.data_root, recipe.name, name).key for name in names] == [vectors.key for _, vectors in made]
    encoder = recipe.embed.encoder.model_copy(update={"image_size": 32})
    changed = recipe.model_copy(
        update={
            "embed": recipe.embed.model_copy(update={"encoder": encoder}),
            "select": recipe.select.model_copy(update={"earlier": tuple(map(str, places))}),
        }
    )
    plan = {one.name: one for one in look_ahead(changed)}
    assert [plan[name].why[0] for name in names] == ["embed.encoder.image_size: 64 -> 32"] * 2


def test_a_complete_run_that_left_nothing_here_is_told(own: UUID, world: World, tmp_path: Path) -> None:
    """As where the worker writes to a disk of its own: the folder is named, and what must be seen from both."""
    recipe = _elsewhere(world, tmp_path)
    found = targets(recipe)
    ending = _end_next(Completed(), len(_runs()))
    with pytest.raises(RunFailed, match=f"is complete, but here nothing whole lies at {tmp_path}/embed/") as caught:
        embed(recipe, Stage.TARGETS, found)
    ending.join()
    assert "data_root" in caught.value.mend


def test_a_run_made_in_vain_is_not_repeated_in_silence(
    own: UUID, world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Asked again, the log says which run brought nothing."""
    recipe = _elsewhere(world, tmp_path)
    found = targets(recipe)
    for _ in range(2):
        ending = _end_next(Completed(), len(_runs()))
        with caplog.at_level("INFO", "flows"), pytest.raises(RunFailed):
            embed(recipe, Stage.TARGETS, found)
        ending.join()
    assert f"run {_runs()[-2].name} ended as Completed, but" in caplog.text


def test_a_run_that_is_deleted_is_told(own: UUID, world: World, tmp_path: Path) -> None:
    """Whoever waits for it does not wait on, and hears what comes next."""
    recipe, known = _elsewhere(world, tmp_path), len(_runs())
    found = targets(recipe)

    def delete() -> None:
        while len(_runs()) <= known:
            time.sleep(0.1)
        with get_client(sync_client=True) as client:
            client.delete_flow_run(_runs()[-1].id)

    deleting = threading.Thread(target=delete)
    deleting.start()
    with pytest.raises(RunFailed, match="was deleted while it was waited for"):
        embed(recipe, Stage.TARGETS, found)
    deleting.join()


def test_a_run_that_nobody_takes_is_spoken_of(
    own: UUID, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Every few minutes a line says what it waits for, and what might be missing."""
    monkeypatch.setattr("flows.waiting.TELL_EVERY", 0.3)
    with get_client(sync_client=True) as client:
        run = client.create_flow_run_from_deployment(own)
    ending = threading.Timer(1.5, _end, (run, Cancelled()))
    ending.start()
    with caplog.at_level("INFO", "flows"):
        assert ended(run).state_name == "Cancelled"
    assert f"run {run.name}: still Scheduled; does a worker poll its pool?" in caplog.text


@pytest.mark.parametrize("patience", [0.0, 60.0])
def test_a_server_that_is_away_is_waited_for_a_while(
    own: UUID, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    """It comes back and the run is found where it is; or it does not, and the error says so."""
    monkeypatch.setattr("flows.waiting.PATIENCE", patience)
    with get_client(sync_client=True) as client:
        run = client.create_flow_run_from_deployment(own)
        _end(run, Failed(message="the GPU fell off"))
    answers, read = iter([False, False, True]), SyncPrefectClient.read_flow_run

    def away(client: SyncPrefectClient, run_id: UUID) -> FlowRun:
        if not next(answers):
            raise httpx.ConnectError("refused")
        return read(client, run_id)

    monkeypatch.setattr(SyncPrefectClient, "read_flow_run", away)
    if patience:
        assert ended(run).state_name == "Failed"
    else:
        with pytest.raises(RunFailed, match="does not answer"):
            ended(run)


def test_a_run_elsewhere_is_told_of_places_that_it_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Local paths become absolute wherever they stand, and all else stays, URLs of a bucket too."""
    monkeypatch.chdir(tmp_path)
    given = {"name": "a/b", "data_root": "runs", "encoder": {"checkpoint": None}, "heads": [{"checkpoint": "h.pth"}]}
    told = {**given, "data_root": f"{tmp_path}/runs", "heads": [{"checkpoint": f"{tmp_path}/h.pth"}]}
    assert portable(given) == told == portable(told)
    assert portable({"uri": "s3://bucket/runs"}) == {"uri": "s3://bucket/runs"}


def test_one_name_in_two_folders_is_two_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative root means another place in every folder that it is started in."""
    keys = []
    for place in ("one", "other"):
        (tmp_path / place).mkdir()
        monkeypatch.chdir(tmp_path / place)
        keys.append(_key(open_stage("runs", Stage.EMBED, 1, "config")))
        assert keys[-1] == _key(open_stage(f"{tmp_path}/{place}/runs", Stage.EMBED, 1, "config"))
    assert keys[0] != keys[1]
