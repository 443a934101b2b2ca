"""The whole job on a tiny world: what reruns, what does not, and what comes out."""

import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import webdataset
from rich.console import Console

from benchmarks.truth import curation
from flows.pipeline import extrapolate
from flows.reporting import report
from flows.selection import select
from flows.summary import show
from storage.errors import BadInput
from storage.latest import remember
from storage.manifest import read_manifest, read_rows
from storage.records import PIPELINE, Accuracy, Crawled, Decision, Neighbor, ShardEntry, Stage, StageRef, TargetPicture
from tests.flows.conftest import World


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data root that the runs of this file share."""
    return tmp_path_factory.mktemp("root")


@pytest.fixture(scope="module")
def first(prefect_server: str, world: World, root: Path) -> list[StageRef]:
    """The first run, from nothing to the report."""
    return extrapolate(world.recipe(root))


def _executed(refs: list[StageRef]) -> set[Stage]:
    return {ref.stage for ref in refs if not ref.reused}


def _ref(refs: list[StageRef], stage: Stage) -> StageRef:
    return next(ref for ref in reversed(refs) if ref.stage is stage)


def test_every_stage_runs_and_hands_on(first: list[StageRef]) -> None:
    """From lists of pictures to accuracies: nothing is empty."""
    assert _executed(first) == set(PIPELINE)
    assert all(ref.count > 0 for ref in first)
    assert {row.group for row in read_rows(_ref(first, Stage.TRAIN), Accuracy)} == {"all", "many", "medium", "few"}


def _page(ref: StageRef) -> str:
    files = (file for part in read_manifest(ref.uri).parts for file in part.files)
    return next(file.name for file in files if file.kind == "report").partition("/")[2]


def test_the_curation_is_told_before_training_and_all_of_it_after(first: list[StageRef]) -> None:
    """Two pages of their own: the first stands when the shards do, the last when the model does."""
    order = [ref.stage for ref in first]
    curation, training = (ref for ref in first if ref.stage is Stage.REPORT)
    assert (_page(curation), _page(training)) == ("curation/index.html", "training/index.html")
    assert curation.key != training.key
    assert order.index(Stage.SHARD) < order.index(Stage.REPORT) < order.index(Stage.TRAIN)


def test_the_summary_says_what_came_of_it_and_where(first: list[StageRef], root: Path) -> None:
    """The note first; then counts, every arm, the gain, and paths that lead to files."""
    console = Console(record=True, width=160, file=io.StringIO())
    show(first, "Mind the gap.", console)
    text = console.export_text()
    assert text.startswith("Mind the gap.")
    assert "gain of silenced" in text
    assert f"2 checkpoints: {_ref(first, Stage.TRAIN).uri}" in text
    pages = [line.partition(" report: ")[2] for line in text.splitlines() if " report: " in line]
    assert [page.rpartition("/")[0].rpartition("/")[2] for page in pages] == ["curation", "training"]
    assert all(Path(page).is_file() for page in pages)
    assert "no stage was executed" not in text


def test_a_report_alone_tells_of_the_newest_stages(first: list[StageRef], world: World, root: Path) -> None:
    """Run as a deployment it finds what the pipeline found, and so the page that is there already."""
    alone = report(world.recipe(root))
    assert (alone.key, alone.reused) == (_ref(first, Stage.REPORT).key, True)


def test_a_report_does_not_mix_results(first: list[StageRef], world: World, root: Path, tmp_path: Path) -> None:
    """Verdicts of other pictures than the newest are not told beside them, nor a model of other shards."""
    recipe = world.recipe(Path(shutil.copytree(root, tmp_path / "root")))
    remember(recipe.data_root, recipe.name, Stage.SHARD, replace(_ref(first, Stage.SHARD), content="of another day"))
    with pytest.raises(BadInput, match="run train again first"):
        report(recipe)


def test_without_training_a_report_alone_is_the_curations(
    first: list[StageRef], world: World, root: Path, tmp_path: Path
) -> None:
    """Nobody has to train to see what was curated."""
    recipe = world.recipe(Path(shutil.copytree(root, tmp_path / "root")))
    (tmp_path / "root" / "latest" / recipe.name / "train.json").unlink()
    assert _page(report(recipe)) == "curation/index.html"


def test_a_second_run_executes_no_stage(first: list[StageRef], world: World, root: Path) -> None:
    """What is whole is taken as it is."""
    assert _executed(extrapolate(world.recipe(root))) == set()


def test_every_offered_url_has_one_row(first: list[StageRef], world: World) -> None:
    """urls = fetched + rejected, of all that the web shows for the names that were kept."""
    rows = read_rows(_ref(first, Stage.CRAWL), Crawled)
    kept = {row.name for row in read_rows(_ref(first, Stage.NEIGHBORS), Neighbor) if row.reason is None}
    assert {row.url for row in rows} == {row.url for row in world.sandbox.ledger() if row.neighbor in kept}
    assert len({row.url for row in rows}) == len(rows)
    assert all((row.digest is None) != (row.reason is None) for row in rows)


def test_every_fetched_candidate_has_one_decision_and_every_kept_one_a_place(first: list[StageRef]) -> None:
    """candidates = kept + dropped by reason, and the shards hold exactly what was kept."""
    decisions = read_rows(_ref(first, Stage.SELECT), Decision)
    fetched = [row for row in read_rows(_ref(first, Stage.CRAWL), Crawled) if row.digest]
    assert sorted(row.key for row in decisions) == sorted(row.key for row in fetched)
    kept = sorted(row.key for row in decisions if row.reason is None)
    assert sorted(row.key for row in read_rows(_ref(first, Stage.SHARD), ShardEntry)) == kept


def test_others_can_read_the_shards(first: list[StageRef]) -> None:
    """The webdataset package finds pictures, classes and provenance, and nothing to unpickle."""
    shard = _ref(first, Stage.SHARD)
    tars = [f"{shard.uri}/{f.name}" for part in read_manifest(shard.uri).parts for f in part.files if f.kind == "shard"]
    samples = list(webdataset.WebDataset(tars, shardshuffle=False).decode("pil"))
    assert len(samples) == shard.count
    assert all(sample["json"]["license"] and sample["json"]["url"] for sample in samples)


def test_no_target_picture_and_no_copy_of_one_is_kept(first: list[StageRef], world: World) -> None:
    """The leak guard, judged by the sandbox's own ledger."""
    digests = {row.digest for row in read_rows(_ref(first, Stage.TARGETS), TargetPicture)}
    kept = [row for row in read_rows(_ref(first, Stage.SELECT), Decision) if row.reason is None]
    assert not digests & {row.digest for row in kept}
    urls = {row.key: row.url for row in read_rows(_ref(first, Stage.CRAWL), Crawled)}
    assert curation(world.sandbox.ledger(), [(urls[row.key], row.neighbor) for row in kept]).leaks == 0


def test_a_refreshed_stage_with_the_same_result_reruns_alone(first: list[StageRef], world: World, root: Path) -> None:
    """Early cut-off: asking the web again brings the same content, so nothing after it runs, nor is fetched."""
    before = world.sandbox.requests().urls
    again = extrapolate(world.recipe(root), refresh=[Stage.CRAWL])
    after = world.sandbox.requests().urls
    assert _executed(again) == {Stage.CRAWL}
    held = {row.url for row in read_rows(_ref(again, Stage.CRAWL), Crawled) if row.digest}
    assert all(after[url] == before[url] for url in held), "a stored picture was fetched again"


def test_a_changed_threshold_reruns_select_and_what_follows(first: list[StageRef], world: World, root: Path) -> None:
    """A field changes the stage that reads it; the stages before stay."""
    recipe = world.recipe(root)
    changed = recipe.model_copy(update={"select": recipe.select.model_copy(update={"min_similarity": 0.5})})
    assert Stage.SELECT in (executed := _executed(extrapolate(changed)))
    assert not executed & {Stage.TARGETS, Stage.NEIGHBORS, Stage.CRAWL, Stage.EMBED}


def test_a_refreshed_training_trains(first: list[StageRef], world: World, root: Path) -> None:
    """It starts from nothing, in a folder of its own, and comes to the same weights."""
    again = extrapolate(world.recipe(root), refresh=[Stage.TRAIN])
    assert _executed(again) == {Stage.TRAIN}
    assert _ref(again, Stage.TRAIN).content == _ref(first, Stage.TRAIN).content
    attempts = {f.name.split("/")[0] for part in read_manifest(_ref(again, Stage.TRAIN).uri).parts for f in part.files}
    assert all((root / "work" / "train" / _ref(again, Stage.TRAIN).key / name).is_dir() for name in attempts)


def test_a_moved_data_set_is_listed_again_and_nothing_more(
    first: list[StageRef], world: World, root: Path, tmp_path: Path
) -> None:
    """Where the pictures lie is in no result; what reads them later reads the new place."""
    moved = Path(shutil.copytree(world.grocery, tmp_path / "moved"))
    recipe = world.recipe(root)
    there = recipe.model_copy(update={"targets": recipe.targets.model_copy(update={"root": str(moved)})})
    refs = extrapolate(there)
    assert _executed(refs) == {Stage.TARGETS}
    assert all(Path(row.path).is_relative_to(moved) for row in read_rows(_ref(refs, Stage.TARGETS), TargetPicture))


def test_a_moved_data_root_is_whole(first: list[StageRef], world: World, root: Path, tmp_path: Path) -> None:
    """No manifest depends on where its folder lay when it was written."""
    moved = Path(shutil.copytree(root, tmp_path / "root"))
    refs = extrapolate(world.recipe(moved))
    assert _executed(refs) == set()
    assert all(ref.uri.startswith(str(moved)) for ref in refs)


def test_vectors_of_another_crawl_are_refused(first: list[StageRef], world: World, root: Path) -> None:
    """A stage run alone does not pair new pictures with old vectors and find them all unreadable."""
    other = replace(_ref(first, Stage.CRAWL), content="of another day")
    with pytest.raises(BadInput, match="run embed again first"):
        select(world.recipe(root), crawl=other)


def test_until_stops_after_a_stage(first: list[StageRef], world: World, root: Path) -> None:
    """--until embed goes no further than both embeddings."""
    refs = extrapolate(world.recipe(root), until=Stage.EMBED)
    assert [ref.stage for ref in refs][-2:] == [Stage.EMBED, Stage.EMBED]
    assert Stage.SELECT not in {ref.stage for ref in refs}


def test_without_validation_pictures_it_ends_before_anything_is_paid(
    prefect_server: str, world: World, root: Path
) -> None:
    """Training would miss them hours later; who wants shards alone needs none."""
    recipe = world.recipe(root)
    tail = recipe.targets.long_tail
    assert tail is not None
    none = {"val": None, "long_tail": tail.model_copy(update={"spare_to_val": 0})}
    without = recipe.model_copy(update={"targets": recipe.targets.model_copy(update=none)})
    asked = world.sandbox.bill().requests
    with pytest.raises(BadInput, match="there are no validation pictures") as stopped:
        extrapolate(without)
    assert "targets.held_out" in stopped.value.mend
    assert world.sandbox.bill().requests == asked
    assert len(extrapolate(without, until=Stage.NEIGHBORS)) == 2
