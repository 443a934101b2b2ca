"""What a stage's flow does with its partitions: some fail, some are never begun, some are tried again."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.flow_engine import run_flow
from prefect.futures import PrefectFuture
from prefect.states import AwaitingRetry

from flows.collecting import collect
from flows.stage import found, resumable, seal
from storage.errors import BadInput, PartitionsFailed, Unreachable
from storage.manifest import Part, StageFolder, open_stage
from storage.records import Stage, StageRef
from tasks.partition import Outcome, partition

NAMES = ("a", "b", "c")


@dataclass(frozen=True, slots=True)
class Counting:
    """Whom the stage of these tests belongs to."""

    data_root: str
    name: str = "counting"


@partition("count")
def count(folder: StageFolder, part: str, wrong: Mapping[str, Exception]) -> Outcome:
    """Write a file, or fail as is said for the partition."""
    if part in wrong:
        raise wrong[part]
    return [folder.write_file(f"{part}.txt", "text", part.encode())], Counter(counted=1)


@flow
def counted(root: str, wrong: dict[str, Exception], chained: bool = False, refresh: bool = False) -> StageRef:
    """Three partitions side by side, or each after the one before."""
    folder = resumable(open_stage(root, Stage.SHARD, 1, {}, refresh=refresh))
    if whole := found(Counting(root), Stage.SHARD, folder):
        return whole
    futures: list[PrefectFuture[Part]] = []
    for name in NAMES:
        futures.append(count.submit(folder, name, wrong, wait_for=futures[-1:] if chained else []))
    parts = collect(Stage.SHARD, futures)
    return seal(Counting(root), Stage.SHARD, folder, parts, len(parts))


def _whole(root: Path) -> dict[str, int]:
    """When each whole partition was sealed, in nanoseconds."""
    return {path.stem: path.stat().st_mtime_ns for path in root.glob("shard/*/parts/*.json")}


def test_the_others_end_and_the_one_that_failed_is_named(prefect_server: str, tmp_path: Path) -> None:
    """The error says which and why; asked again, it alone is run."""
    with pytest.raises(
        PartitionsFailed, match=r"shard: 1 of 3 partitions are not whole: partition b: ZeroDivision"
    ) as at:
        counted(str(tmp_path), {"b": ZeroDivisionError("of nothing")})
    assert at.value.mend == (
        "mend what these say; then retry the run in the Prefect UI, or give the command again without --refresh: only "
        "these partitions are run"
    )
    before = _whole(tmp_path)
    assert set(before) == {"a", "c"}
    counted(str(tmp_path), {})
    after = _whole(tmp_path)
    assert {name: after[name] for name in before} == before
    assert set(after) == set(NAMES)


def test_what_mends_the_partitions_is_said_with_them(prefect_server: str, tmp_path: Path) -> None:
    """Each mend once."""
    wrong = {name: BadInput(f"{name} is bad", "better it") for name in ("a", "b")}
    with pytest.raises(PartitionsFailed, match="2 of 3") as raised:
        counted(str(tmp_path), dict(wrong))
    assert all(f"partition {name}: {name} is bad" in raised.value.problem for name in wrong)
    assert raised.value.mend.startswith("better it; then retry")


def test_where_nothing_is_whole_the_first_error_is_raised_as_it_is(prefect_server: str, tmp_path: Path) -> None:
    """Its type says what is the matter with the stage; partitions that waited for it add nothing."""
    with pytest.raises(Unreachable, match="nobody there"):
        counted(str(tmp_path), {"a": Unreachable("nobody there", "start it")}, chained=True)
    assert _whole(tmp_path) == {}


def test_partitions_that_were_never_begun_are_counted_and_not_blamed(prefect_server: str, tmp_path: Path) -> None:
    """Only the cause is told."""
    with pytest.raises(PartitionsFailed, match="2 of 3 partitions are not whole: partition b: ") as raised:
        counted(str(tmp_path), {"b": ZeroDivisionError("of nothing")}, chained=True)
    assert "partition c" not in raised.value.problem
    assert set(_whole(tmp_path)) == {"a"}


def test_a_failed_refresh_of_a_whole_stage_says_what_goes_on_with_it(prefect_server: str, tmp_path: Path) -> None:
    """Without --refresh the result of before is taken, and with it all partitions are run: each as the mend says."""
    root = str(tmp_path)
    counted(root, {})
    with pytest.raises(PartitionsFailed, match="1 of 3 partitions are not whole: partition b: ") as raised:
        counted(root, {"b": ZeroDivisionError("of nothing")}, refresh=True)
    assert raised.value.mend == (
        "mend what these say; then retry the run in the Prefect UI: only these partitions are run; or give the command "
        "again with --refresh: all are run; without it the result of before this refresh, where there is one, is taken"
    )
    failed = _whole(tmp_path)
    assert set(failed) == {"a", "c"}
    assert counted(root, {}, return_state=True).name == "Cached"
    assert _whole(tmp_path) == failed, "it went on with the refresh"
    assert counted(root, {}, refresh=True, return_state=True).name == "Completed"
    assert all(made > failed.get(name, 0) for name, made in _whole(tmp_path).items())


def test_a_failed_refresh_of_what_was_never_whole_goes_on_without_refresh(prefect_server: str, tmp_path: Path) -> None:
    """There is no result of before, so that what the refresh has made is taken, and only the rest is run."""
    root = str(tmp_path)
    for refresh in (False, True):
        with pytest.raises(PartitionsFailed) as raised:
            counted(root, {"b": ZeroDivisionError("of nothing")}, refresh=refresh)
    assert "where there is one" in raised.value.mend
    failed = _whole(tmp_path)
    assert set(failed) == {"a", "c"}
    counted(root, {})
    after = _whole(tmp_path)
    assert set(after) == set(NAMES)
    assert {name: after[name] for name in failed} == failed


def test_a_refresh_that_is_killed_leaves_nothing_to_be_mixed_with(prefect_server: str, tmp_path: Path) -> None:
    """What is whole afterwards is of the refresh alone: a later run does not go on with parts made of others' parts."""
    with pytest.raises(PartitionsFailed):
        counted(str(tmp_path), {"c": ZeroDivisionError("of nothing")}, chained=True)
    before = _whole(tmp_path)
    assert set(before) == {"a", "b"}
    with pytest.raises(PartitionsFailed):
        counted(str(tmp_path), {"b": ZeroDivisionError("of nothing")}, chained=True, refresh=True)
    after = _whole(tmp_path)
    assert set(after) == {"a"}
    assert after["a"] > before["a"]


def test_a_refresh_that_is_retried_goes_on_with_its_own_work(prefect_server: str, tmp_path: Path) -> None:
    """Retried, it runs what failed alone; another refresh runs everything."""
    root = str(tmp_path)
    counted(root, {})
    first = _whole(tmp_path)
    failed = counted(root, {"b": ZeroDivisionError("of nothing")}, refresh=True, return_state=True)
    second = _whole(tmp_path)
    assert set(second) == {"a", "c"}
    assert second["a"] > first["a"], "it took what another run has made"
    failed_run = failed.state_details.flow_run_id
    assert failed_run
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(failed_run, AwaitingRetry(), force=True)
        run = client.read_flow_run(failed_run)
    run_flow(counted, run, {"root": root, "wrong": {}, "refresh": True})
    third = _whole(tmp_path)
    assert (third["a"], third["c"]) == (second["a"], second["c"])
    assert third["b"] > second["c"]
    counted(root, {}, refresh=True)
    assert all(made > third[name] for name, made in _whole(tmp_path).items())
