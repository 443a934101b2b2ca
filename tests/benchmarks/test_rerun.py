"""What is a rerun's cost and what is not: flows without Prefect, sums of laps, and what falls short."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prefect import Flow, Task, flow, task, unmapped
from prefect.artifacts import create_table_artifact
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from benchmarks.rerun import smaller
from benchmarks.rerunning.measured import Measured, shortfalls
from benchmarks.rerunning.plainly import called_plainly
from benchmarks.rerunning.race import Different, Lap, Race, require_same
from benchmarks.rerunning.server import serving
from benchmarks.rerunning.warm import Changed, Reruns, empty
from flows.recipe import Recipe, load_recipe
from storage.latest import remember
from storage.records import Stage, StageRef
from tests.flows.test_recipe import LEAST

TWO: TaskRunner[Any] = ThreadPoolTaskRunner(max_workers=2)
NOBODY = "http://127.0.0.1:9/api"
"""Where no Prefect server answers."""


@pytest.fixture
def no_server() -> Iterator[None]:
    """Whatever is asked of a server fails."""
    with temporary_settings({PREFECT_API_URL: NOBODY}):
        yield


@task
def double(number: int, times: list[int]) -> int:
    """Twice the number for each of the times; it needs the list whole."""
    return number * 2 * len(times)


@flow(task_runner=TWO)
def doubled(numbers: list[int]) -> int:
    """A stage's flow in small: maps, gathers, leaves an artifact, and is found whole."""
    futures = double.map(numbers, unmapped([1, 1]))
    create_table_artifact(table=[{"a": 1}], key="a")
    return Completed(name="Cached", data=sum(future.result() for future in futures))  # type: ignore[return-value]


@flow
def outer() -> int:
    """A flow that calls another."""
    return doubled([1, 2, 3]) + 1


def test_a_flow_runs_plainly_without_any_server(no_server: None) -> None:
    """Flows in flows, mapped tasks, artifacts and named states come to plain values, and nothing is asked for."""
    before = (Flow.__call__, Task.submit, Task.map)
    assert called_plainly(outer) == 25
    assert before == (Flow.__call__, Task.submit, Task.map), "Prefect is put back"


def test_plain_tasks_keep_their_order_and_their_width(no_server: None) -> None:
    """One waits for what it is told to wait for, and no more run at once than in Prefect's own pool."""
    running, most, told = 0, 0, list[str]()
    one = threading.Lock()

    @task
    def work(name: str) -> None:
        nonlocal running, most
        with one:
            running += 1
            most = max(most, running)
        time.sleep(0.02)  # the work, which others must be able to overlap
        with one:
            running -= 1
            told.append(name)

    @flow(task_runner=TWO)
    def stage() -> None:
        first = work.submit("first")
        second = work.submit("second", wait_for=[first])  # type: ignore[call-overload]  # Prefect's stubs forget it
        others = work.map(["a", "b", "c", "d"])
        for future in [second, *others]:
            future.result()

    called_plainly(stage)
    assert most == 2
    assert told.index("first") < told.index("second")


def test_what_fails_plainly_is_raised(no_server: None) -> None:
    """No state hides the error."""

    @task
    def fail() -> None:
        raise LookupError("no such thing")

    @flow
    def stage() -> None:
        fail.submit().result()

    with pytest.raises(LookupError, match="no such thing"):
        called_plainly(stage)


@pytest.mark.slow  # a server of its own
def test_a_server_sees_flows_and_nothing_of_plain_ones(tmp_path: Path) -> None:
    """Its database holds the one run that was made, and it comes to rest after it."""
    with serving(tmp_path) as server:
        called_plainly(outer)
        empty()
        assert server.settle() < 30
        with get_client(sync_client=True) as client:
            assert str(client.api_url).rstrip("/") == server.api
            assert [run.name is not None and run.state_name for run in client.read_flow_runs()] == ["Completed"]


def test_overhead_is_of_pairs() -> None:
    """A moment in which the machine was busy slows both of a pair and changes no difference."""
    assert Reruns([2.0, 12.0, 2.5], [1.0, 11.0, 1.0], 0).overhead == 1.0


def test_a_share_is_of_medians_and_counts_the_pipelines_own_flow() -> None:
    """One slow lap of three changes nothing; the server's time afterwards is told and not added."""
    laps = [[Lap("a", 10.0 + late, 10.0, 1.0), Lap("b", 11.0, 10.0, 2.0)] for late in (0.0, 5.0, 0.0)]
    race = Race(laps, own=0.4)
    assert race.medians() == [Lap("a", 10.0, 10.0, 1.0), Lap("b", 11.0, 10.0, 2.0)]
    assert race.overhead == pytest.approx(0.07)
    assert race.over(laps[1]) == pytest.approx(0.32)


def test_two_ways_that_made_different_things_are_no_race(tmp_path: Path) -> None:
    """Times of different work are not compared."""
    ours, plain = (Recipe.model_validate({**LEAST, "data_root": str(tmp_path / side)}) for side in ("flow", "plain"))
    for recipe, content in ((ours, "one"), (plain, "another")):
        remember(recipe.data_root, recipe.name, Stage.SHARD, StageRef(Stage.SHARD, "key", content, "nowhere", 1))
    require_same(ours, ours, Stage.SHARD)
    with pytest.raises(Different, match="shard: as a flow it made one, as a plain function another"):
        require_same(ours, plain, Stage.SHARD)


def test_the_smaller_demo_is_a_recipe_that_could_be_written_down() -> None:
    """Processes read it from a file, where every field is checked; its thresholds are the demo's own."""
    demo = load_recipe("recipes/demo.yaml")
    small = smaller(demo, steps=10)
    assert Recipe.model_validate(small.model_dump(mode="json")) == small
    assert (small.train.steps, small.train.evaluate_every) == (10, 10)
    assert small.select == demo.select


FINE = Measured(
    Reruns([2.0], [1.0], 0), Reruns([2.0], [1.0], 0), Reruns([9.0], [5.0], 0),
    Changed([Stage.SELECT, Stage.SHARD, Stage.REPORT], 30.0), Race([[Lap("a", 10.1, 10.0, 0.0)]], 0.1),
)  # fmt: skip


def test_what_falls_short_is_told() -> None:
    """Each promise by itself; the share of a quick race is no figure of Grocery's."""
    assert list(shortfalls(FINE, quick=False)) == []
    late, slow = Reruns([9.0], [1.0], 2), Race([[Lap("a", 11.0, 10.0, 0.0)]], 0.0)
    assert list(shortfalls(replace(FINE, worker=late), quick=False)) == [
        "warm runs executed 2 stages, required is none",
        "a warm run adds 8.0 s over an empty flow (worker), required are 5",
    ]
    early = Changed([Stage.EMBED, Stage.SELECT], 30.0)
    assert list(shortfalls(replace(FINE, changed=early), quick=False)) == [
        "a changed threshold of select executed embed, select"
    ]
    assert list(shortfalls(replace(FINE, race=slow), quick=False)) == ["orchestration adds 10.0%, required are 5%"]
    assert list(shortfalls(replace(FINE, race=slow), quick=True)) == []
    assert list(shortfalls(replace(FINE, race=None), quick=False)) == []


def test_the_last_line_holds_what_is_promised() -> None:
    """The names that readers look for."""
    assert FINE.figures == {
        "warm_stages_executed": 0, "warm_overhead_s": 1.0, "warm_overhead_command_line_s": 1.0,
        "warm_process_s": 9.0, "changed_threshold_executed": ["select", "shard", "report"],
        "changed_threshold_s": 30.0, "orchestration_overhead": 0.02,
    }  # fmt: skip
