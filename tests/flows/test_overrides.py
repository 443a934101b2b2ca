"""Marks made on the report's page change the next run as they say, and only what depends on them."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.pipeline import extrapolate
from flows.planning.outlook import Due
from flows.planning.stages import look_ahead
from flows.recipe import Recipe
from storage.errors import BadInput
from storage.manifest import read_manifest, read_rows
from storage.records import Auxiliary, Decision, DropReason, Override, ShardEntry, Stage, StageRef
from tests.flows.conftest import World

DEPENDENT = {Stage.SELECT, Stage.SHARD, Stage.REPORT}
"""What runs again for a mark; training does too, where the recipe goes on to it."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A run, the file of marks that was made of it, and the recipe with those marks."""

    refs: dict[Stage, StageRef]
    file: Path
    recipe: Recipe
    picture: Decision
    neighbor: str


def _run(recipe: Recipe) -> dict[Stage, StageRef]:
    return {ref.stage: ref for ref in extrapolate(recipe, Stage.SHARD)}


def _with(recipe: Recipe, file: Path) -> Recipe:
    return recipe.model_copy(update={"select": recipe.select.model_copy(update={"overrides": str(file)})})


@pytest.fixture(scope="module")
def marked(prefect_server: str, world: World, tmp_path_factory: pytest.TempPathFactory) -> Marked:
    """A run up to its shards, of which one kept picture and one whole neighbor are marked."""
    recipe, file = world.recipe(tmp_path_factory.mktemp("root")), tmp_path_factory.mktemp("page") / "overrides.json"
    refs = _run(recipe)
    kept = [row for row in read_rows(refs[Stage.SELECT], Decision) if row.reason is None]
    neighbor = min(Counter(row.neighbor for row in kept).items(), key=lambda item: (item[1], item[0]))[0]
    picture = next(row for row in kept if row.neighbor != neighbor)
    marks = {"pictures": [{"key": picture.key, "neighbor": picture.neighbor}], "neighbors": [neighbor]}
    file.write_text(json.dumps({"version": 1, "run": recipe.name, **marks}))
    return Marked(refs, file, _with(recipe, file), picture, neighbor)


def test_the_next_run_leaves_out_what_was_marked_and_reruns_no_more_than_that(marked: Marked, tmp_path: Path) -> None:
    """The plan says so; the shards lack both; the marks are recorded; the same marks in another file do nothing."""
    due = {one.name: one for one in look_ahead(marked.recipe)}
    assert due[Stage.SELECT].due is Due.STALE
    assert due[Stage.SELECT].why == ("the marks of select.overrides have changed",)
    assert {due[name].due for name in (Stage.CRAWL, Stage.EMBED)} == {Due.CACHED}
    again = _run(marked.recipe)
    assert {stage for stage, ref in again.items() if not ref.reused} == DEPENDENT
    picture, rows = marked.picture, {(row.key, row.neighbor): row for row in read_rows(again[Stage.SELECT], Decision)}
    found = rows[picture.key, picture.neighbor]
    assert (found.reason, found.detail) == (DropReason.REJECTED, "marked by hand")
    packed = read_rows(again[Stage.SHARD], ShardEntry)
    assert picture.digest not in {entry.digest for entry in packed}
    assert marked.neighbor not in {entry.neighbor for entry in packed}
    assert marked.neighbor not in {row.name for row in read_rows(again[Stage.SHARD], Auxiliary)}
    manifest = read_manifest(again[Stage.SELECT].uri)
    done = {(row.neighbor, row.key): row.dropped for row in read_rows(again[Stage.SELECT], Override)}
    assert sum(done.values()) == manifest.tally["rejected"]
    assert done[picture.neighbor, picture.key] >= 1
    assert done[marked.neighbor, ""] >= 1
    moved = tmp_path / "moved.json"
    moved.write_text(json.dumps(json.loads(marked.file.read_text()), indent=4))
    assert all(ref.reused for ref in _run(_with(marked.recipe, moved)).values())


def test_marks_taken_back_bring_the_first_result(marked: Marked) -> None:
    """Without the file, or with one that marks nothing, nothing is executed."""
    marked.file.with_name("empty.json").write_text(json.dumps({"version": 1, "run": marked.recipe.name}))
    again = _run(_with(marked.recipe, marked.file.with_name("empty.json")))
    assert {stage: ref.content for stage, ref in again.items()} == {
        stage: ref.content for stage, ref in marked.refs.items()
    }
    assert all(ref.reused for ref in again.values())


def test_a_misspelt_neighbor_ends_the_run_by_name(marked: Marked, tmp_path: Path) -> None:
    """Before anything is decided."""
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps({"version": 1, "run": marked.recipe.name, "neighbors": ["no such thing"]}))
    with pytest.raises(BadInput, match="there is no neighbor 'no such thing'"):
        _run(_with(marked.recipe, bad))
