"""Laws of retention, over roots of every make: what a plan says is what goes, once, and the newest stays whole."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import filesystem
from storage.filesystem import PARTIAL
from storage.latest import recall, remember
from storage.manifest import MANIFEST, open_stage, read_manifest, read_rows
from storage.records import Stage, StageRef, Unreadable
from storage.retention import plan
from storage.retention_kept import pointed
from tests.storage.kill import Killed, killed_after
from tests.storage.purged_root import files
from tests.storage.retained_root import CHAIN, DAY, aged, chain, make, work, write

PATIENCE = 120.0
"""Seconds that a thread may take."""

STEPS = st.lists(
    st.tuples(
        st.sampled_from(CHAIN), st.sampled_from("abc"), st.sampled_from(["make", "refresh", "begin", "work", "half"]),
        st.sampled_from([0, 10, 40]), st.booleans(), st.integers(0, 3),
    ),
    min_size=1, max_size=14,
)  # fmt: skip
"""a stage at a config, how, how many days ago, whether it is the newest, which input it had."""


def _whole(root: str) -> None:
    """Every stage with a manifest has the tables that it names."""
    for stage in Stage:
        for key in filesystem.list_folders(f"{root}/{stage}"):
            uri = f"{root}/{stage}/{key}"
            if filesystem.exists(f"{uri}/{MANIFEST}"):
                assert len(read_rows(replace(read_manifest(uri).ref, uri=uri), Unreadable)) == 1


def _lay(root: str, steps: list[tuple[Stage, str, str, int, bool, int]]) -> None:
    done: list[StageRef] = [make(root, Stage.TARGETS, "first")]
    remember(root, "r", Stage.TARGETS, done[0])
    for stage, config, how, days, newest, of in steps:
        given: dict[str, Any] = {"pictures": done[-1 - of % len(done)]}
        folder = open_stage(root, stage, 1, config, **given)
        if how in ("make", "refresh"):
            ref = make(root, stage, config, said=config, refresh=how == "refresh", **given)
            done.append(ref)
            if newest:
                remember(root, "r", stage, ref)
        elif how == "begin":
            write(folder, "a" if newest else "b", "begun")
        elif how == "work":
            work(root, folder.key, f"{config}/step.pt")
            aged(f"{root}/work/train/{folder.key}", days)
        else:
            filesystem.write_bytes(f"{folder.uri}/x{PARTIAL}", b"half")
        aged(folder.uri, days)


@settings(max_examples=60)
@given(STEPS, st.sampled_from([0, 5, 30, 50]), st.sets(st.sampled_from([Stage.SHARD, Stage.TRAIN, Stage.SELECT])))
def test_a_plan_changes_nothing_names_what_goes_and_leaves_nothing_to_a_second(
    steps: list[tuple[Stage, str, str, int, bool, int]], keep_days: int, products: set[Stage]
) -> None:
    """And what latest points at is as whole as it was, with all tables, and so is every other stage that is left."""
    with tempfile.TemporaryDirectory() as root:
        _lay(root, steps)
        before = files(root)
        clean_up = plan(root, keep_days, products)
        assert files(root) == before
        named = {f"{one.uri.removeprefix(root)}/{file.name}" for one in clean_up.going for file in one.files}
        assert sum(len(one.files) for one in clean_up.going) == len(named), "no file goes for two reasons"
        assert sum(one.bytes for one in clean_up.going) == sum(len(before[name]) for name in named)
        assert all(clean_up.at - one.newest >= keep_days * DAY for one in clean_up.going)
        assert clean_up.carry_out() == clean_up.going
        assert files(root) == {name: held for name, held in before.items() if name not in named}
        assert not plan(root, keep_days, products).going
        _whole(root)
        for stage, key in pointed(root):
            assert filesystem.exists(f"{root}/{stage}/{key}/{MANIFEST}")


def _several_runs(root: str) -> None:
    """Two tried values, a refresh, a killed run, work and halves of files."""
    for config in ("tried", "kept"):
        made = chain(root, config)
        work(root, made[Stage.TRAIN].key)
    make(root, Stage.CRAWL, "kept", refresh=True, encoder="0" * 16)
    write(open_stage(root, Stage.TRAIN, 1, "killed"), "a", "killed")
    filesystem.write_bytes(f"{root}/pictures/x.tar{PARTIAL}", b"half")


def test_a_kill_between_any_two_removals_leaves_every_manifest_true_and_is_made_good(tmp_path: Path) -> None:
    """At each moment what says that it is finished is; the next clean-up ends as if nothing had happened."""
    made, calm = tmp_path / "made", str(tmp_path / "calm")
    _several_runs(str(made))
    shutil.copytree(made, calm)
    plan(calm, 0, ()).carry_out()
    for removals in count():
        root = str(shutil.copytree(made, tmp_path / str(removals)))
        try:
            with killed_after(removals):
                plan(root, 0, ()).carry_out()
        except Killed:
            _whole(root)
            plan(root, 0, ()).carry_out()
        else:
            break
        assert files(root) == files(calm)
        assert not plan(root, 0, ()).going
    assert removals > 20


def test_two_at_once_do_no_harm(tmp_path: Path) -> None:
    """Both end, all that was to go has gone, and what stays is whole."""
    root = str(tmp_path)
    _several_runs(root)
    clean_up, start, ended = plan(root, 0, ()), Barrier(2), list[int]()

    def carry_out() -> None:
        start.wait(PATIENCE)
        clean_up.carry_out()
        ended.append(1)

    threads = [Thread(target=carry_out) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(ended) == 2
    assert not plan(root, 0, ()).going
    assert not any(Path(one.uri, file.name).exists() for one in clean_up.going for file in one.files)
    assert all(read_rows(recall(root, "r", stage), Unreadable) for stage in CHAIN)


@contextmanager
def _locked(lock: str) -> Iterator[None]:
    """Another process holds the lock, as one that trains does, while the block runs."""
    held = f"lock = filelock.FileLock({lock!r}); lock.acquire(); print('held', flush=True)"
    code = f"import filelock, sys; {held}; sys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield
    finally:
        process.communicate("", PATIENCE)


@pytest.mark.parametrize("begun", [False, True], ids=["no arm whole", "one arm whole"])
def test_a_training_under_way_keeps_its_work_and_its_folder(tmp_path: Path, begun: bool) -> None:
    """However long ago it wrote its last checkpoint, and also when it took its lock only after the plan."""
    root = str(tmp_path)
    chain(root, "c")
    folder = open_stage(root, Stage.TRAIN, 1, "long")
    uri = work(root, folder.key)
    if begun:
        write(folder, "a", "one arm")
    before = files(root)
    clean_up = plan(root, 0)
    assert len(clean_up.going) == 1 + begun
    with _locked(f"{uri}/silenced.lock"):
        assert not plan(root, 0).going
        assert not clean_up.carry_out()
    assert files(root) == before
    assert len(plan(root, 0).carry_out()) == 1 + begun
    assert not Path(uri).exists()
