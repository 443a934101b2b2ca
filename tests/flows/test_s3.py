"""The whole tiny pipeline with its data root on a real S3 server, beside the same on a disk."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flows.pipeline import extrapolate
from flows.recipe import load_recipe
from storage import filesystem
from storage.latest import recall
from storage.manifest import read_manifest
from storage.records import PIPELINE, Stage, StageRef
from tests.flows.commands import ended, pipeline, started
from tests.flows.conftest import World
from tests.processes import until
from tests.storage.s3 import Faulty, bucket, moto, proxied, used

pytestmark = pytest.mark.slow  # several runs of the whole pipeline


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faulty]:
    """A proxy before the S3 server that this process and its children ask; scratch of the tests' own."""
    with pytest.MonkeyPatch.context() as patch:
        scratch = tmp_path_factory.mktemp("tmp")
        patch.setenv("TMPDIR", str(scratch))
        patch.setattr(tempfile, "tempdir", str(scratch))
        with moto() as server, proxied(server) as faulty, used(faulty.address):
            yield faulty


@pytest.fixture(scope="module")
def local(prefect_server: str, world: World, tmp_path_factory: pytest.TempPathFactory) -> list[StageRef]:
    """A run on a disk."""
    return extrapolate(world.recipe(tmp_path_factory.mktemp("local")))


@pytest.fixture(scope="module")
def remote(prefect_server: str, world: World, faulty: Faulty) -> tuple[str, list[StageRef]]:
    """A run on S3, and its root; three of its uploads are answered by 503, three are cut."""
    root = f"{bucket()}/root"
    faulty.spoil("PUT", refuse=3, cut=3)
    refs = extrapolate(load_recipe(str(world.recipe_path), root))
    assert faulty.spoilt == 6
    return root, refs


def _same(ref: StageRef) -> tuple[Stage, str, str, int]:
    return ref.stage, ref.key, ref.content, ref.count


def _shards(uri: str) -> dict[str, bytes]:
    names = [file.name for part in read_manifest(uri).parts for file in part.files if file.kind == "shard"]
    return {name.rpartition("/")[2]: filesystem.read_bytes(filesystem.join(uri, name)) for name in names}


def _shard(refs: list[StageRef]) -> str:
    return next(ref.uri for ref in refs if ref.stage is Stage.SHARD)


def test_s3_brings_what_a_disk_brings(local: list[StageRef], remote: tuple[str, list[StageRef]]) -> None:
    """The same keys and content up to the shards, byte for byte, though connections were lost."""
    _, refs = remote
    assert {ref.stage for ref in refs} == set(PIPELINE)
    assert [_same(ref) for ref in refs] == [_same(ref) for ref in local]
    assert _shards(_shard(refs)) == _shards(_shard(local))
    assert not Path("s3:").exists()


def test_a_warm_run_executes_nothing(world: World, remote: tuple[str, list[StageRef]]) -> None:
    """What lies on S3 is found again."""
    again = extrapolate(load_recipe(str(world.recipe_path), remote[0]))
    assert [ref.stage for ref in again if not ref.reused] == []


def test_the_picture_store_is_listed_once_a_partition_at_most(
    world: World, remote: tuple[str, list[StageRef]], faulty: Faulty
) -> None:
    """Never once a picture: the tiny world holds hundreds."""
    faulty.seen.clear()
    extrapolate(load_recipe(str(world.recipe_path), remote[0]), refresh=[Stage.EMBED, Stage.SHARD])
    listed = [line for line in faulty.seen if line.startswith("GET") and "prefix=root%2Fpictures%2F" in line]
    assert 0 < len(listed) < 40, len(listed)


def test_a_training_goes_on_on_another_machine(
    prefect_server: str,
    world: World,
    faulty: Faulty,
    local: list[StageRef],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SIGKILL, and the first machine's disk is lost: the second goes on from the bucket, to the undisturbed result."""
    root, log, work = f"{bucket()}/root", tmp_path / "log", tmp_path / "first"
    command = pipeline(world.recipe_path, root, Stage.TRAIN)
    for machine in (work, tmp_path / "second"):
        machine.mkdir()
    monkeypatch.setenv("TMPDIR", str(work))
    process = started(command, prefect_server, log)
    until(lambda: any(each.name.endswith("last.pt") for each in filesystem.walk(f"{root}/work")), 120, log.read_text)
    process.kill()
    process.wait()
    assert "train: done" not in log.read_text(), "it was killed too late"
    monkeypatch.setenv("TMPDIR", str(tmp_path / "second"))
    code, said = ended(started(command, prefect_server, log), log)
    assert code == 0, said
    [trained] = [ref for ref in local if ref.stage is Stage.TRAIN]
    assert _same(recall(root, "tiny", Stage.TRAIN)) == _same(trained)


def test_a_bucket_that_is_not_there_stops_the_run(
    prefect_server: str, world: World, faulty: Faulty, tmp_path: Path
) -> None:
    """The error names it and what to do; no source is asked."""
    asked = world.sandbox.requests().urls
    log = tmp_path / "log"
    code, said = ended(started(pipeline(world.recipe_path, "s3://nobody/x", Stage.CRAWL), prefect_server, log), log)
    assert code == 1
    assert "there is no bucket nobody" in said
    assert "create the bucket" in said
    assert "Traceback" not in said
    assert world.sandbox.requests().urls == asked


def test_two_runs_at_once_do_no_harm(
    prefect_server: str, world: World, faulty: Faulty, remote: tuple[str, list[StageRef]], tmp_path: Path
) -> None:
    """Two processes on one empty root: both end well, with the shards of an undisturbed run."""
    root = f"{bucket()}/both"
    logs = [tmp_path / name for name in "ab"]
    command = pipeline(world.recipe_path, root, Stage.SHARD)
    runs = [started(command, prefect_server, log) for log in logs]
    with ThreadPoolExecutor(2) as pool:
        for code, said in pool.map(ended, runs, logs):
            assert code == 0, said
    keys = filesystem.list_folders(f"{root}/shard")
    assert [_shards(f"{root}/shard/{key}") for key in keys] == [_shards(_shard(remote[1]))]
