"""Partitions on a Ray cluster: the same recipe, unchanged, and the same bytes."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flows.crawl import crawl
from flows.neighbors import neighbors
from flows.runner import Ray
from flows.targets import targets
from storage.errors import BadInput, Unreachable
from storage.pictures import PictureStore
from storage.records import Stage
from tests.flows.commands import ended, pipeline, run, shards_below, started
from tests.flows.conftest import World
from tests.flows.postgres import free_port
from tests.flows.rewritten import sections_over, written
from tests.processes import living_with, named_with, until

pytest.importorskip("ray", reason="the extra ray is not installed")

ENDING = 240.0
"""Seconds in which a cluster ends whose run was killed: Ray's agents try to tell the dead head for a minute first."""

CRAWLING = 120.0
"""Seconds until a run on a cluster that it starts itself has begun to store pictures."""


def _on_ray(world: World, path: Path, address: str | None = None) -> Path:
    """The tiny recipe on a cluster: of two workers, which is started for it, or the one at the address."""
    told = {"kind": "ray", "workers": 2, "address": address}
    return written(sections_over(world, world.sandbox) | {"runner": told}, path)


@pytest.fixture(scope="module")
def undisturbed(prefect_server: str, world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The shards of a run on threads."""
    root = tmp_path_factory.mktemp("threads")
    code, said = run(pipeline(world.recipe_path, root, Stage.SHARD), prefect_server, root / "log")
    assert code == 0, said
    return shards_below(root)


@pytest.mark.slow  # a cluster, whose processes load torch
def test_two_workers_make_the_same_shards(
    prefect_server: str, world: World, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    """Byte for byte, by one cluster for all stages; threads then find it all made, for the runner is in no key."""
    log, root = tmp_path / "log", tmp_path / "root"
    code, said = run(pipeline(_on_ray(world, tmp_path / "ray.yaml"), root, Stage.SHARD), prefect_server, log)
    assert code == 0, said
    assert said.count("starting a Ray cluster") == 1
    assert shards_below(root) == undisturbed != {}
    code, said = run(pipeline(world.recipe_path, root, Stage.SHARD), prefect_server, log)
    assert (code, "no stage was executed" in said) == (0, True), said


@pytest.mark.slow  # a cluster
def test_a_worker_that_is_killed_costs_its_partition_alone(
    prefect_server: str, world: World, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    """SIGKILL for a process that fetches: the run goes on by itself, and fetches nothing that was stored."""
    log, root = tmp_path / "log", tmp_path / "root"
    asked = world.sandbox.requests().urls
    process = started(pipeline(_on_ray(world, tmp_path / "ray.yaml"), root, Stage.SHARD), prefect_server, log)

    def kill() -> None:
        until(lambda: any((root / "pictures").glob("*.parquet")), CRAWLING, log.read_text)
        ours = set(living_with("PREFECT_API_URL", prefect_server)) & set(named_with("ray::fetch"))
        assert ours, "no process of the cluster fetches"
        stored.update(url for url in world.sandbox.requests().urls if PictureStore(str(root)).find(url))
        os.kill(ours.pop(), signal.SIGKILL)

    stored: set[str] = set()
    code, said = ended(process, log, kill)
    assert code == 0, said
    requests = world.sandbox.requests().urls
    assert {requests[url] - asked.get(url, 0) for url in stored} == {1}, "a stored picture was fetched again"
    assert shards_below(root) == undisturbed


@pytest.mark.slow  # a cluster
def test_a_run_that_is_killed_takes_its_cluster_with_it(
    prefect_server: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL, which no program hears, leaves no process of Ray behind."""
    log, root = tmp_path / "log", tmp_path / "root"
    monkeypatch.setenv("MARK", str(tmp_path))
    process = started(pipeline(_on_ray(world, tmp_path / "ray.yaml"), root, Stage.SHARD), prefect_server, log)

    def ours() -> list[int]:
        return [pid for pid in living_with("MARK", str(tmp_path)) if pid != process.pid]

    try:
        until(lambda: bool(set(named_with("ray::fetch")) & set(ours())), CRAWLING, log.read_text)
    finally:
        process.kill()
        process.wait()
    until(lambda: not ours(), ENDING, lambda: f"{[Path(f'/proc/{pid}/comm').read_text().strip() for pid in ours()]}")


@contextmanager
def _cluster(folder: Path) -> Iterator[str]:
    """The address of a cluster of another folder, which has nothing of the project, ended with the block."""
    ray, port = Path(sys.executable).parent / "ray", free_port()
    words = [str(ray), "start", "--head", "--block", "--num-cpus", "2", "--include-dashboard", "false"]
    words += ["--disable-usage-stats"]
    words += ["--port", str(port), "--node-ip-address", "127.0.0.1", "--temp-dir", f"/tmp/ray-{port}"]  # noqa: S108  # its sockets' paths must be short
    with (folder / "ray.log").open("wb") as out:
        process = subprocess.Popen(words, cwd=folder, stdout=out, stderr=out, start_new_session=True)
    try:
        until(
            lambda: "Ray runtime started" in (folder / "ray.log").read_text(), CRAWLING, (folder / "ray.log").read_text
        )
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.slow  # a cluster
def test_a_cluster_elsewhere_gets_the_project(
    prefect_server: str, world: World, undisturbed: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its processes start in a folder without a line of it; the cluster's token is taken from the environment."""
    log, root = tmp_path / "log", tmp_path / "root"
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
    with _cluster(tmp_path) as address:
        recipe = _on_ray(world, tmp_path / "ray.yaml", address)
        code, said = run(pipeline(recipe, root, Stage.SHARD), prefect_server, log)
    assert code == 0, said
    assert "starting a Ray cluster" not in said
    assert shards_below(root) == undisturbed


def _crawl_on(world: World, root: str, runner: Ray) -> None:
    recipe = world.recipe(Path(root)).model_copy(update={"runner": runner, "data_root": root})
    crawl(recipe, neighbors(recipe, targets(recipe)))


def test_an_address_where_no_cluster_answers_is_an_error(prefect_server: str, world: World, tmp_path: Path) -> None:
    """It names the field, the address, and what starts one."""
    with pytest.raises(Unreachable, match=r"runner.address 127.0.0.1:1\b") as caught:
        _crawl_on(world, str(tmp_path), Ray(kind="ray", address="127.0.0.1:1"))
    assert "ray start --head" in caught.value.mend


def test_a_cluster_elsewhere_needs_a_root_that_its_hosts_know(
    prefect_server: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path is of this folder alone, so that nothing is begun."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match="data_root root is a path of this folder") as caught:
        _crawl_on(world, "root", Ray(kind="ray", address="127.0.0.1:1"))
    assert "s3://" in caught.value.mend
