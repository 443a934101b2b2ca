"""A person's look at the names: what goes on is what was left of them."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateName
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.neighbors import neighbors
from flows.pipeline import extrapolate
from flows.recipe import Recipe
from flows.review import look_at
from flows.targets import targets
from storage.errors import BadInput
from storage.manifest import read_rows
from storage.records import Neighbor, Proposal, Stage, StageRef
from tasks.neighbors.review.desk import Desk
from tests.flows.conftest import World


def _name(recipe: Recipe) -> StageRef:
    return extrapolate(recipe, Stage.NEIGHBORS)[-1]


def _sheet(recipe: Recipe, names: StageRef) -> Path:
    return Path(Desk(recipe.data_root, recipe.name, names).sheet)


def _kept(ref: StageRef) -> set[str]:
    return {row.name for row in read_rows(ref, Neighbor) if row.reason is None}


def _drop_first(sheet: Path) -> str:
    """Edit the sheet: its first name is not to be kept."""
    lines = sheet.read_text().splitlines(keepends=True)
    assert lines[1].startswith("yes,")
    sheet.write_text("".join([lines[0], lines[1].replace("yes,", "no,", 1), *lines[2:]]))
    return lines[1].split(",")[1]


def test_the_pipeline_goes_on_from_the_edited_sheet(prefect_server: str, world: World, tmp_path: Path) -> None:
    """An edit is a new result of the stage, found whole afterwards; taken back, the first one is found again."""
    recipe = world.recipe(tmp_path)
    first = _name(recipe)
    sheet = _sheet(recipe, first)
    untouched = sheet.read_text()
    dropped = _drop_first(sheet)
    second, third = _name(recipe), _name(recipe)
    assert _kept(second) == _kept(first) - {dropped}
    assert read_rows(second, Proposal) == read_rows(first, Proposal)
    assert (second.reused, third.reused) == (False, True)
    assert third == second
    sheet.write_text(untouched)
    assert _name(recipe).content == first.content


def _warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the review warned of."""
    return [each.getMessage() for each in caplog.records if each.name == "flows.review" and each.levelname == "WARNING"]


def test_edits_of_names_that_have_changed_are_missed_aloud(
    prefect_server: str, world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The warning names the sheet that was edited, as long as it lies there and the new one has no edits."""
    recipe = world.recipe(tmp_path)
    first = _name(recipe)
    old = _sheet(recipe, first)
    _drop_first(old)
    _name(recipe)
    assert not _warnings(caplog)
    changed, found = replace(first, content="changed"), targets(recipe)
    look_at(recipe, changed, found)
    (said,) = _warnings(caplog)
    assert f"the names have changed since {old} was edited" in said
    assert f"edit {_sheet(recipe, changed)}" in said
    caplog.clear()
    old.unlink()
    look_at(recipe, changed, found)
    assert not _warnings(caplog)


def test_a_mistake_in_the_sheet_stops_the_stage(prefect_server: str, world: World, tmp_path: Path) -> None:
    """The error names file and line, and the names are still there."""
    recipe = world.recipe(tmp_path)
    names = _name(recipe)
    sheet = _sheet(recipe, names)
    sheet.write_text(sheet.read_text().replace("yes,", "perhaps,", 1))
    with pytest.raises(BadInput, match=r"line 2, column keep"):
        _name(recipe)
    sheet.unlink()
    assert _name(recipe).content == names.content


def _paused() -> FlowRun:
    """The run that waits, as soon as there is one."""
    waits = FlowRunFilter(state=FlowRunFilterState(name=FlowRunFilterStateName(any_=["Paused"])))
    with get_client(sync_client=True) as client:
        for _ in range(600):
            if runs := client.read_flow_runs(flow_run_filter=waits):
                return runs[0]
            time.sleep(0.1)
    pytest.fail("no run waits for approval")


def _resume(run: FlowRun) -> None:
    with get_client(sync_client=True) as client:
        client.resume_flow_run(run.id)


def test_a_run_waits_for_approval_and_takes_the_edits(
    prefect_server: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With review it pauses until it is resumed; names that were approved once are not asked about again."""
    monkeypatch.setattr("flows.review.LOOK_EVERY", 1)
    plain = world.recipe(tmp_path)
    recipe = plain.model_copy(update={"neighbors": plain.neighbors.model_copy(update={"review": True})})
    found = targets(recipe)
    made: list[StageRef] = []
    waiting = threading.Thread(target=lambda: made.append(neighbors(recipe, found)))
    waiting.start()
    run = _paused()
    (sheet,) = (tmp_path / "review").glob("*.csv")
    dropped = _drop_first(sheet)
    _resume(run)
    waiting.join(60)
    assert dropped not in _kept(made[0])
    start = time.monotonic()
    assert neighbors(recipe, found) == made[0]
    assert time.monotonic() - start < 30, "it was asked about again"


def test_without_a_server_nobody_could_approve(prefect_server: str, world: World, tmp_path: Path) -> None:
    """The error says how to look at the names instead."""
    plain = world.recipe(tmp_path)
    recipe = plain.model_copy(update={"neighbors": plain.neighbors.model_copy(update={"review": True})})
    names, found = _name(plain), targets(plain)
    with temporary_settings({PREFECT_API_URL: None}), pytest.raises(BadInput, match="no Prefect server") as stopped:
        look_at(recipe, names, found)
    assert "--until neighbors" in stopped.value.mend
