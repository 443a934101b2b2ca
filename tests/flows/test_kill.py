"""A killed run loses nothing: the next one ends where an undisturbed one would, byte for byte."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.manifest import read_manifest
from storage.pictures import PictureStore
from tests.flows.conftest import World

PROJECT = Path(__file__).parents[2]
PATIENCE = 300.0
"""Seconds that a run may take to come to the point where it is killed."""


def _start(world: World, root: Path, server: str, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flows.pipeline", str(world.recipe_path), "--until", "shard"]
    with log.open("wb") as output:
        return subprocess.Popen(
            [*command, "--data-root", str(root)], cwd=PROJECT, stdout=output, stderr=output,
            env={**os.environ, "PREFECT_API_URL": server}, start_new_session=True,
        )  # fmt: skip


def _kill_when(process: subprocess.Popen[bytes], log: Path, reached: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not reached():
        assert process.poll() is None, f"it ended before it could be killed:\n{log.read_text()}"
        assert time.monotonic() < end, f"it never came there:\n{log.read_text()}"
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _finish(world: World, root: Path, server: str, log: Path) -> None:
    assert _start(world, root, server, log).wait(PATIENCE) == 0, log.read_text()


def _shards(root: Path) -> dict[str, bytes]:
    manifest = next((root / "shard").glob("*/manifest.json"))
    parts = read_manifest(str(manifest.parent)).parts
    names = [file.name for part in parts for file in part.files if file.kind == "shard"]
    return {Path(name).name: (manifest.parent / name).read_bytes() for name in names}


@pytest.mark.slow  # five processes of the whole pipeline
def test_after_two_kills_the_shards_are_the_undisturbed_ones(prefect_server: str, world: World, tmp_path: Path) -> None:
    """SIGKILL during crawl, then during embed; stored pictures are not fetched again."""
    root, log = tmp_path / "killed", tmp_path / "log"
    segments = root / "pictures"

    process = _start(world, root, prefect_server, log)
    _kill_when(process, log, lambda: segments.exists() and any(segments.glob("*.parquet")))
    assert not list((root / "crawl").glob("*/manifest.json")), "the kill came after the crawl"
    store = PictureStore(str(root))
    stored = {url for url in world.sandbox.requests().urls if store.find(url)}
    assert stored, "nothing was stored before the kill"
    asked = world.sandbox.requests().urls

    process = _start(world, root, prefect_server, log)
    _kill_when(process, log, lambda: "embed-targets: done" in log.read_text())
    assert len(list((root / "embed").glob("*/manifest.json"))) == 1, "the kill came after both embeddings"

    _finish(world, root, prefect_server, log)
    assert "no stage was executed" not in log.read_text()
    _finish(world, root, prefect_server, log)
    assert "no stage was executed" in log.read_text()
    assert all(world.sandbox.requests().urls[url] == asked[url] for url in stored), "a stored picture was fetched again"

    _finish(world, tmp_path / "undisturbed", prefect_server, log)
    assert _shards(root) == _shards(tmp_path / "undisturbed") != {}
