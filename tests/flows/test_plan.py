"""A plan says what the next run does, and which field or input makes it so."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.catalog import outside_name
from flows.pipeline import extrapolate
from flows.planning.outlook import Due, Outlook
from flows.planning.stages import CURATION, look_ahead
from flows.recipe import Recipe
from storage.latest import recall
from storage.manifest import read_rows
from storage.records import Stage, TargetPicture
from tasks.neighbors.review.desk import Desk
from tests.flows.conftest import World

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def finished(prefect_server: str, world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root in which the recipe has run to its end."""
    root = tmp_path_factory.mktemp("finished")
    extrapolate(world.recipe(root))
    return root


@pytest.fixture
def recipe(finished: Path, world: World, tmp_path: Path) -> Recipe:
    """The recipe upon a copy of that root."""
    return world.recipe(Path(shutil.copytree(finished, tmp_path / "root")))


def _by_name(recipe: Recipe, *refresh: Stage) -> dict[str, Outlook]:
    return {stage.name: stage for stage in look_ahead(recipe, refresh)}


def _due(recipe: Recipe) -> dict[str, Due]:
    return {name: stage.due for name, stage in _by_name(recipe).items()}


def _changed(recipe: Recipe, section: str, **fields: object) -> Recipe:
    there = getattr(recipe, section).model_copy(update=fields)
    return recipe.model_copy(update={section: there})


def test_before_the_first_run_everything_is_due(world: World, tmp_path: Path) -> None:
    """The first stage was never finished, and each of the others waits for one."""
    stages = look_ahead(world.recipe(tmp_path))
    assert {stage.due for stage in stages} == {Due.STALE}
    assert stages[0].why == ("it was never finished",)
    assert all(stage.why[0].startswith("it waits for ") for stage in stages[1:])


def test_after_a_run_nothing_is_due(recipe: Recipe) -> None:
    """Every stage of the pipeline is cached, and there is nothing to say of it."""
    stages = look_ahead(recipe)
    assert {stage.name.partition("-")[0] for stage in stages} == {
        "targets", "neighbors", "crawl", "embed", "select", "shard", "train", "report"
    }  # fmt: skip
    assert {(stage.due, stage.why) for stage in stages} == {(Due.CACHED, ())}


def _threshold(recipe: Recipe) -> Recipe:
    return _changed(recipe, "select", min_similarity=0.5)


def _day(recipe: Recipe) -> Recipe:
    return _changed(recipe, "crawl", as_of="2030-01-02")


def _steps(recipe: Recipe) -> Recipe:
    return _changed(recipe, "train", steps=20)


CHANGES: list[tuple[Callable[[Recipe], Recipe], str, str]] = [
    (_threshold, "select", "select.min_similarity: 0.0 -> 0.5"),
    (_day, "crawl", "crawl.as_of:  -> 2030-01-02"),
    (_steps, "train", "train.steps: 30 -> 20"),
]


@pytest.mark.parametrize(("change", "stage", "why"), CHANGES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_run_does_what_its_plan_says(
    recipe: Recipe, change: Callable[[Recipe], Recipe], stage: str, why: str
) -> None:
    """The changed field is named; what is stale is executed, what is cached is not, and the rest is open."""
    changed = change(recipe)
    plan = _by_name(changed)
    assert (plan[stage].due, plan[stage].why) == (Due.STALE, (why,))
    # A report tells of the settings that pictures were judged by, whatever comes of them.
    surely = [stage, CURATION, Stage.REPORT] if stage == Stage.SELECT else [stage]
    assert [name for name, other in plan.items() if other.due is Due.STALE] == surely
    executed = {ref.stage for ref in extrapolate(changed) if not ref.reused}
    assert {Stage(name.partition("-")[0]) for name in surely} <= executed
    names = list(plan)
    before = {Stage(name.partition("-")[0]) for name in names[: names.index(stage)]} - {Stage.REPORT}
    assert not executed & before
    assert {plan[name].due for name in names[names.index(stage) + 1 :] if name not in surely} <= {Due.OPEN, Due.CACHED}
    assert set(_due(changed).values()) == {Due.CACHED}


def test_settings_that_change_no_verdict_are_told_all_the_same(recipe: Recipe) -> None:
    """The reports are sure to be written, and the plan says why; what was packed and trained is taken as it is."""
    changed = _changed(recipe, "select", max_name_rank=0.625)
    plan = _by_name(changed)
    assert [plan[name].due for name in (CURATION, Stage.REPORT)] == [Due.STALE] * 2
    assert plan[CURATION].why == ("the settings of select, which it tells, have changed",)
    executed = {ref.stage for ref in extrapolate(changed) if not ref.reused}
    assert executed == {Stage.SELECT, Stage.REPORT}
    assert set(_due(changed).values()) == {Due.CACHED}


def test_a_field_that_changes_no_output_makes_nothing_due(recipe: Recipe) -> None:
    """Pace and device are in no key."""
    assert set(_due(_changed(recipe, "train", device="cuda")).values()) == {Due.CACHED}


def test_a_changed_picture_makes_the_data_set_due(recipe: Recipe, world: World, tmp_path: Path) -> None:
    """It is named, though no field has changed; what follows is open."""
    grocery = Path(shutil.copytree(world.grocery, tmp_path / "grocery"))
    moved = _changed(recipe, "targets", root=str(grocery))
    assert _by_name(moved)["targets"].why == ("the data set lies elsewhere",)
    listed = read_rows(recall(recipe.data_root, recipe.name, Stage.TARGETS), TargetPicture)[0].path
    with (grocery / Path(listed).relative_to(world.grocery)).open("ab") as picture:
        picture.write(b"x")
    plan = _by_name(moved)
    assert "the files of the data set have changed" in plan["targets"].why
    assert (plan["embed-targets"].due, plan["neighbors"].due) == (Due.OPEN, Due.OPEN)


def test_a_removed_result_is_missed(recipe: Recipe) -> None:
    """Its stage is due, and what was made of it is open."""
    shutil.rmtree(recall(recipe.data_root, recipe.name, Stage.SELECT).uri)
    plan = _by_name(recipe)
    assert plan["select"] == Outlook("select", Due.STALE, ("its newest result is gone",))
    assert plan["embed"].due is Due.CACHED


def _edit(recipe: Recipe) -> None:
    """Take one name away, as a person would."""
    sheet = Path(Desk(recipe.data_root, recipe.name, recall(recipe.data_root, recipe.name, Stage.NEIGHBORS)).sheet)
    sheet.write_text(sheet.read_text().replace("yes,", "no,", 1))


@pytest.fixture(scope="module")
def edited(finished: Path, world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root in which the run has gone on from an edited sheet."""
    root = Path(shutil.copytree(finished, tmp_path_factory.mktemp("edited") / "root"))
    _edit(world.recipe(root))
    extrapolate(world.recipe(root), Stage.CRAWL)
    return root


@pytest.fixture
def edited_recipe(edited: Path, world: World, tmp_path: Path) -> Recipe:
    """The recipe upon a copy of that root."""
    return world.recipe(Path(shutil.copytree(edited, tmp_path / "edited")))


def test_edited_names_are_due_and_what_follows_is_not_decided(recipe: Recipe) -> None:
    """The plan reads the sheet as the run would."""
    _edit(recipe)
    plan = _by_name(recipe)
    assert (plan["neighbors"].due, plan["neighbors"].why) == (Due.STALE, ("the sheet of names has been edited",))
    assert plan["crawl"].due is not Due.CACHED


def test_a_refresh_is_planned(recipe: Recipe) -> None:
    """Only the stage itself is sure to run."""
    plan = {stage.name: stage for stage in look_ahead(recipe, [Stage.CRAWL])}
    assert plan["crawl"] == Outlook("crawl", Due.STALE, ("it is to be refreshed",))
    assert (plan["neighbors"].due, plan["embed"].due, plan["embed-targets"].due) == (Due.CACHED, Due.OPEN, Due.CACHED)


def test_edited_names_that_are_whole_are_cached(edited_recipe: Recipe) -> None:
    """What they are made of is: nothing is due up to the crawl."""
    plan = _by_name(edited_recipe)
    assert [plan[name].due for name in ("targets", "neighbors", "crawl")] == [Due.CACHED] * 3


def test_edited_names_depend_on_the_targets(edited_recipe: Recipe) -> None:
    """Other classes make other names, which nobody has edited: nothing about them is decided, and they are run."""
    tail = edited_recipe.targets.long_tail
    assert tail
    fewer = _changed(edited_recipe, "targets", long_tail=tail.model_copy(update={"most": 20}))
    plan = _by_name(fewer)
    assert [plan[name].due for name in ("targets", "neighbors", "crawl")] == [Due.STALE, Due.OPEN, Due.OPEN]
    assert plan["neighbors"].why == ("cached if what targets brings is what it was",)
    assert [ref.reused for ref in extrapolate(fewer, Stage.CRAWL)] == [False] * 3


def test_a_refresh_of_edited_names_may_bring_what_they_were(edited_recipe: Recipe) -> None:
    """The model says what it said: the edits hold, and the crawl of the edited names is found whole."""
    plan = _by_name(edited_recipe, Stage.NEIGHBORS)
    assert (plan["neighbors"].due, plan["neighbors"].why) == (Due.STALE, ("it is to be refreshed",))
    assert (plan["crawl"].due, plan["crawl"].why) == (Due.OPEN, ("cached if what neighbors brings is what it was",))
    refs = extrapolate(edited_recipe, Stage.CRAWL, [Stage.NEIGHBORS])
    assert [(ref.stage, ref.reused) for ref in refs] == [
        (Stage.TARGETS, True), (Stage.NEIGHBORS, False), (Stage.CRAWL, True)
    ]  # fmt: skip


def test_data_sets_that_lie_outside_are_never_refreshed(recipe: Recipe, world: World, tmp_path: Path) -> None:
    """A refresh of the vectors is of the recipe's own pictures."""
    place = tmp_path / "before"
    place.mkdir()
    shutil.copy(next(world.grocery.rglob("*.jpg")), place)
    told = _changed(recipe, "select", earlier=(str(place),))
    extrapolate(told, Stage.SELECT)
    plan = _by_name(told, Stage.EMBED)
    assert [plan[f"{stage}-{outside_name(str(place))}"].due for stage in ("catalog", "embed")] == [Due.CACHED] * 2
    assert (plan["embed"].due, plan["embed-targets"].due) == (Due.STALE, Due.STALE)


def test_the_command_prints_it(world: World, recipe: Recipe) -> None:
    """In a table that fits a terminal; another day makes the crawl stale."""
    command = [sys.executable, "-m", "flows.plan", str(world.recipe_path), "--data-root", recipe.data_root]
    done = subprocess.run([*command, "--as-of", "2030-01-02"], cwd=PROJECT, capture_output=True, text=True, check=True)
    (crawl,) = (line for line in done.stdout.splitlines() if "│ crawl " in line)
    assert "stale" in crawl
    assert "crawl.as_of" in crawl
    assert max(map(len, done.stdout.splitlines())) <= 80
    wrong = subprocess.run([*command, "--as-of", "someday"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (wrong.returncode, "someday" in wrong.stderr) == (2, True)
