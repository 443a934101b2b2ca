"""A disk that is full stops the run with its name and a mend; with more room the same command goes on."""

import shutil
from pathlib import Path

import pytest

from storage.filesystem import PARTIAL
from storage.pictures import FOLDER, PictureStore
from storage.records import Stage
from tests.flows.commands import Command, last_state, pipeline, run, shards_below
from tests.flows.conftest import World
from tests.small_disk import SmallDisk, small_disk

PAGE = 4096
"""Bytes of which a tmpfs gives a file so many."""


def _fails_by_name(disk: SmallDisk, command: Command, server: str, log: Path, flow: str) -> None:
    """The run stops at the full disk and says so; the server has it as failed, with this flow of it."""
    code, said = run(command, server, log)
    assert code == 1, said
    assert f"no space left on the disk of {disk.path}/" in said
    assert "python -m flows.retention" in said
    assert "Traceback" not in said
    assert (last_state(server, "extrapolate"), last_state(server, flow)) == ("Failed", "Failed")
    assert not list(disk.seen().rglob(f"*{PARTIAL}"))


def _completes(command: Command, server: str, log: Path) -> None:
    code, said = run(command, server, log)
    assert code == 0, said
    assert last_state(server, "extrapolate") == "Completed"


def _taken(*folders: Path) -> int:
    """Bytes that the files below these folders take of a disk."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return sum(-(-path.stat().st_size // PAGE) * PAGE for path in files)


@pytest.mark.slow
def test_a_full_disk_is_named_and_with_room_nothing_is_lost_or_fetched_twice(
    prefect_server: str, world: World, tmp_path: Path
) -> None:
    """Full in the crawl, then in training; the shards in between are the undisturbed run's, byte for byte."""
    undisturbed, log = tmp_path / "undisturbed", tmp_path / "log"
    _completes(pipeline(world.recipe_path, undisturbed, Stage.SHARD), prefect_server, log)
    before = [undisturbed / name for name in (Stage.TARGETS, Stage.NEIGHBORS, "answers", "latest")]
    size = _taken(*before) + _taken(undisturbed / FOLDER) // 2
    asked = world.sandbox.requests().urls
    with small_disk(tmp_path / "disk", f"{size // 1024}k") as disk:
        command = disk.inside(pipeline(world.recipe_path, disk.path, Stage.SHARD))
        _fails_by_name(disk, command, prefect_server, log, "crawl")
        fetched = world.sandbox.requests().urls
        store = PictureStore(str(disk.seen()))
        stored = {url for url in fetched if store.find(url)}
        assert 0 < len(stored) < sum(fetched[url] > asked.get(url, 0) for url in fetched)
        disk.resize("256m")
        _completes(command, prefect_server, log)
        assert all(world.sandbox.requests().urls[url] == fetched[url] for url in stored)
        assert shards_below(disk.seen()) == shards_below(undisturbed) != {}

        command = disk.inside(pipeline(world.recipe_path, disk.path, Stage.TRAIN))
        disk.resize(f"{shutil.disk_usage(disk.seen()).used // 1024 + 16}k")
        _fails_by_name(disk, command, prefect_server, log, "train")
        disk.resize("256m")
        _completes(command, prefect_server, log)
