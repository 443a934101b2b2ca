"""Retention: what is needed stays and reads, what is not goes, and nothing that the code did not write is touched."""

import errno
import os
from dataclasses import replace
from pathlib import Path
from time import time
from typing import Any

import pytest

from storage import filesystem
from storage.errors import BadInput, Unreachable
from storage.filesystem import PARTIAL
from storage.latest import recall, remember
from storage.manifest import open_stage, read_manifest, read_rows
from storage.records import Stage, StageRef, Unreadable
from storage.retention import CleanUp, plan
from storage.retention_going import Why
from storage.retention_kept import pointed
from storage.stage_folders import folders
from storage.used import reading, touch
from tests.storage.purged_root import files
from tests.storage.retained_root import DAY, aged, chain, make, work, write

AS_BEFORE = (
    "pictures/x.tar",
    "pictures/taken_down/x.parquet",
    "answers/ab/x.json",
    "review/r.csv",
    "targets/d.parquet",
)
"""Files that no clean-up may touch."""


def later(root: str, products: tuple[Stage, ...] = (Stage.SHARD, Stage.TRAIN), days: float = 31) -> CleanUp:
    """What goes when so many days have passed."""
    return plan(root, 30, products, at=time() + days * DAY)


def told(clean_up: CleanUp) -> set[tuple[str, str, Why]]:
    """What goes, and why."""
    return {(one.place, one.key, one.why) for one in clean_up.going}


def reads(ref: StageRef) -> bool:
    """Whether the finished stage has its tables."""
    return len(read_rows(ref, Unreadable)) == 1


def test_what_a_newer_run_superseded_goes_and_the_newer_one_stays_whole(root: str) -> None:
    """All stages of the tried value but the products, their inputs with them when products are none."""
    old, new = chain(root, "tried"), chain(root, "kept")
    clean_up = later(root, ())
    assert told(clean_up) == {(stage, ref.key, Why.SUPERSEDED) for stage, ref in old.items()}
    assert clean_up.carry_out() == clean_up.going
    assert all(reads(recall(root, "r", stage)) and recall(root, "r", stage) == new[stage] for stage in new)
    assert not any(filesystem.walk(ref.uri) for ref in old.values())


def test_finished_products_stay_with_all_that_they_were_made_of(root: str) -> None:
    """An older training and its shards are used elsewhere; of the older run only the report goes."""
    old = chain(root, "tried")
    chain(root, "kept")
    assert told(later(root)) == {(Stage.REPORT, old[Stage.REPORT].key, Why.SUPERSEDED)}
    assert told(later(root, (Stage.SELECT,))) == {
        (stage, old[stage].key, Why.SUPERSEDED) for stage in (Stage.SHARD, Stage.TRAIN, Stage.REPORT)
    }


def _nights(root: str, count: int) -> list[dict[Stage, StageRef]]:
    """Chains of so many nights, each with new pictures, the newest of them written now."""
    nights = []
    for ago in reversed(range(count)):
        nights.append(chain(root, f"{ago} nights ago"))
        for ref in nights[-1].values():
            aged(ref.uri, ago)
    return nights


def test_products_of_many_nights_stay_for_a_time_and_take_what_they_were_made_of_with_them(root: str) -> None:
    """With the last night's alone left when all are older than that; a bound of 0 days keeps as no products do."""
    if "://" in root:
        pytest.skip("an object store's times cannot be set")
    nights = _nights(root, 20)
    stay, gone = nights[11:], nights[:11]
    at = time() + DAY / 2
    bounded = plan(root, 5, keep_products_days=9, at=at)
    reports = {(Stage.REPORT, night[Stage.REPORT].key, Why.SUPERSEDED) for night in stay[:-5]}
    assert told(bounded) == reports | {
        (stage, ref.key, Why.SUPERSEDED) for night in gone for stage, ref in night.items()
    }
    assert told(plan(root, 5, keep_products_days=0, at=at)) == told(plan(root, 5, (), at=at))
    bounded.carry_out()
    assert all(reads(ref) for night in stay for stage, ref in night.items() if stage is not Stage.REPORT)
    plan(root, 5, at=time() + 200 * DAY).carry_out()
    left = {(stage, key) for stage in Stage for key in filesystem.list_folders(f"{root}/{stage}")}
    assert left == {(stage, ref.key) for stage, ref in nights[-1].items()}


def test_of_products_with_one_content_the_newest_is_enough(root: str) -> None:
    """Nights whose crawls differ in their failures alone pack the same pictures; the newest's, or the pointed one."""
    nights = []
    for night in range(3):
        crawl = make(root, Stage.CRAWL, f"{night}", said=f"failure {night}")
        nights.append(make(root, Stage.SHARD, "c", said="the same pictures", crawl=crawl))
        remember(root, "r", Stage.CRAWL, crawl)
    assert len({ref.key for ref in nights}) == 3
    remember(root, "r", Stage.SHARD, nights[1])
    assert {key for place, key, _ in told(later(root)) if place == Stage.SHARD} == {nights[0].key, nights[2].key}
    remember(root, "r", Stage.SHARD, make(root, Stage.SHARD, "d"))
    assert len({key for place, key, _ in told(later(root)) if place == Stage.SHARD}) == 2


def test_what_a_run_has_found_or_reads_stays_though_the_newest_is_another(tmp_path: Path) -> None:
    """A run by hand found an old crawl whole and embeds it, while the nightly one moves on; a retried crawl begins."""
    root = str(tmp_path)
    old, failed = chain(root, "by hand", Stage.CRAWL)[Stage.CRAWL], open_stage(root, Stage.CRAWL, 1, "failed")
    write(failed, "search", "offers")
    aged(root, 60)
    remember(root, "r", Stage.CRAWL, make(root, Stage.CRAWL, "tonight"))
    assert told(plan(root, 30)) == {
        (Stage.CRAWL, old.key, Why.SUPERSEDED), (Stage.CRAWL, failed.key, Why.UNFINISHED),
    }  # fmt: skip
    clean_up = plan(root, 30)
    assert reading(old) == old
    touch(failed.uri)
    assert not plan(root, 30).going
    assert clean_up.carry_out() == (), "marked after the plan was made"
    assert reads(old)
    assert {one.key for one in plan(root, 30, at=time() + 31 * DAY).going} == {old.key, failed.key}
    plan(root, 30, at=time() + 31 * DAY).carry_out()
    assert not Path(old.uri).exists(), "nor does the mark stay behind"


def test_a_mark_is_no_file_of_the_stage(root: str) -> None:
    """Its content, its tables and its attempts are the same; a reference to nothing whole is left as it is."""
    ref = chain(root, "c", Stage.EMBED)[Stage.EMBED]
    before, held = read_manifest(ref.uri), folders(root, Stage.EMBED)
    reading(ref)
    assert read_manifest(ref.uri) == before
    assert folders(root, Stage.EMBED) == held
    assert not later(root).going
    nothing = replace(ref, uri=f"{root}/nothing")
    assert reading(nothing) == nothing
    assert not filesystem.walk(nothing.uri)


@pytest.mark.parametrize("place", ["latest/theirs", "crawl", "shard"])
@pytest.mark.parametrize("number", [errno.ESTALE, errno.EIO, errno.EACCES])
def test_a_folder_that_cannot_be_listed_stops_it_and_nothing_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, number: int
) -> None:
    """It must not be taken for an empty one: what it names would go. So also when it fails only after the plan."""
    root = str(tmp_path)
    for config in ("tried", "kept"):
        chain(root, config)
    chain(root, "theirs", recipe="theirs")
    before, clean_up, scandir = files(root), later(root, ()), os.scandir
    assert clean_up.going

    def failing(path: str) -> Any:
        if str(path) == f"{root}/{place}" or (place == "shard" and f"{root}/shard/" in str(path)):
            raise OSError(number, os.strerror(number), path)
        return scandir(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", failing)
        with pytest.raises(Unreachable, match=f"not everything under {root} can be looked at: .*{place}") as raised:
            later(root, ())
        if place == "latest/theirs":
            with pytest.raises(Unreachable):
                clean_up.carry_out()
    assert "run it again" in raised.value.mend
    assert files(root) == before


def test_every_recipe_under_the_root_keeps_its_newest(root: str) -> None:
    """Nobody's result goes because somebody else's recipe was given."""
    chain(root, "one")
    chain(root, "other", recipe="s")
    assert not later(root, ()).going


def test_of_folders_with_one_content_the_newest_is_enough(root: str) -> None:
    """An input is known by what came out: a crawl of every day that brings nothing new does not pile up."""
    older, newer = (make(root, Stage.CRAWL, day, said="same") for day in ("monday", "tuesday"))
    assert older.content == newer.content
    remember(root, "r", Stage.SELECT, make(root, Stage.SELECT, "c", crawl=older))
    assert told(later(root)) == {(Stage.CRAWL, older.key, Why.SUPERSEDED)}


def test_of_folders_with_one_content_that_which_is_pointed_at_stays(root: str) -> None:
    """The newest result of a recipe, whatever the others are."""
    pointed_at, newer = (make(root, Stage.CRAWL, day, said="same") for day in ("monday", "tuesday"))
    remember(root, "r", Stage.CRAWL, pointed_at)
    remember(root, "r", Stage.SELECT, make(root, Stage.SELECT, "c", crawl=newer))
    assert told(later(root)) == {(Stage.CRAWL, newer.key, Why.SUPERSEDED)}


def test_attempts_that_nothing_names_go_and_the_refreshed_stage_stays(root: str) -> None:
    """The attempt that a refresh took the place of, and tables that a kill kept from their marker."""
    made = chain(root, "c", Stage.EMBED)
    again = make(root, Stage.EMBED, "c", refresh=True, pictures=made[Stage.CRAWL], encoder="0" * 16)
    assert again == made[Stage.EMBED]
    killed = open_stage(root, Stage.CRAWL, 1, "c", encoder="0" * 16)
    assert killed.key == made[Stage.CRAWL].key
    killed.write_rows("killed", [], Unreadable)
    clean_up = later(root)
    assert told(clean_up) == {(stage, ref.key, Why.LEFTOVER) for stage, ref in made.items()}
    assert all(len(one.files) == 1 for one in clean_up.going)
    clean_up.carry_out()
    assert all(map(reads, made.values()))
    assert all(len(filesystem.list_folders(ref.uri)) == 2 for ref in made.values()), "parts, and one attempt"


def test_a_killed_refresh_leaves_the_finished_stage_whole(root: str) -> None:
    """Its markers name the new attempt already, the manifest still the old one: both stay."""
    made = chain(root, "c", Stage.CRAWL)
    again = write(open_stage(root, Stage.CRAWL, 1, "c", refresh=True, encoder="0" * 16), "a", "again")
    assert again.uri == made[Stage.CRAWL].uri
    assert not later(root).going
    assert reads(made[Stage.CRAWL])


def test_what_a_killed_run_would_go_on_from_stays_until_it_is_old(root: str) -> None:
    """A stage without a manifest keeps the attempts that its markers name, then goes as a whole."""
    chain(root, "c")
    folder = write(open_stage(root, Stage.CRAWL, 1, "other"), "a", "killed")
    assert not later(root, days=29).going
    assert told(later(root)) == {(Stage.CRAWL, folder.key, Why.UNFINISHED)}
    later(root).carry_out()
    assert not filesystem.list_files(folder.uri)


def test_a_stage_that_a_purge_took_back_stays_while_it_is_the_newest(root: str) -> None:
    """The next run takes the partitions that are left as they are."""
    made = chain(root, "c")
    filesystem.remove(f"{made[Stage.CRAWL].uri}/manifest.json")
    assert not later(root).going
    assert open_stage(root, Stage.CRAWL, 1, "c", encoder="0" * 16).sealed_part("a")


def test_what_was_written_lately_stays_with_what_it_was_made_of(tmp_path: Path) -> None:
    """A run under way reads stages that are older than itself."""
    root = str(tmp_path)
    old, late = chain(root, "tried", Stage.SELECT), chain(root, "late", Stage.EMBED)
    chain(root, "kept")
    aged(root, 40)
    aged(late[Stage.EMBED].uri, 3)
    assert told(plan(root, 30)) == {(stage, ref.key, Why.SUPERSEDED) for stage, ref in old.items()}
    assert {one.key for one in plan(root, 0).going} == {ref.key for ref in (*old.values(), *late.values())}


def test_the_work_of_trainings_goes_when_it_is_of_no_use(root: str) -> None:
    """Where the training is finished, or nothing else of it is left; with an unfinished one, when both are old."""
    made = chain(root, "c")
    unfinished = write(open_stage(root, Stage.TRAIN, 1, "other"), "a", "one arm")
    finished = work(root, made[Stage.TRAIN].key, "attempt1/silenced/step.pt")
    work(root, unfinished.key)
    work(root, "0123456789abcdef")
    by_hand = f"{root}/work/train-by-hand/r-silenced"
    filesystem.write_bytes(f"{by_hand}/step.pt", b"weights")
    before = files(by_hand)
    assert not later(root, days=29).going
    assert told(later(root)) == {
        (Stage.TRAIN, unfinished.key, Why.UNFINISHED),
        *(("work/train", key, Why.WORK) for key in (made[Stage.TRAIN].key, unfinished.key, "0123456789abcdef")),
    }
    later(root).carry_out()
    assert not filesystem.walk(finished)
    assert not filesystem.list_folders(f"{root}/work/train")
    assert files(by_hand) == before


@pytest.mark.parametrize("young", ["work", "train"])
def test_a_long_training_keeps_its_work_and_what_its_first_arms_came_to(tmp_path: Path, young: str) -> None:
    """Where either was written lately: one arm ended weeks ago and another goes on, or has yet to begin."""
    root = str(tmp_path)
    chain(root, "c")
    folder = write(open_stage(root, Stage.TRAIN, 1, "long"), "a", "one arm")
    work(root, folder.key)
    aged(root, 40)
    aged(f"{root}/work" if young == "work" else folder.uri, 1)
    assert not plan(root, 30).going


def test_halves_of_files_go_wherever_they_lie(root: str) -> None:
    """A killed write may have left gigabytes beside the pictures; everything else there stays as it is."""
    made = chain(root, "c")
    for name in AS_BEFORE:
        filesystem.write_bytes(f"{root}/{name}", b"held")
    before = files(root)
    halves = [
        f"{place}.12345678{PARTIAL}" for place in (*AS_BEFORE, f"crawl/{made[Stage.CRAWL].key}/parts/a.json", "work/x")
    ]
    for name in halves:
        filesystem.write_bytes(f"{root}/{name}", b"half")
    assert not later(root, days=29).going
    clean_up = later(root)
    assert {one.why for one in clean_up.going} == {Why.PARTIAL}
    assert sum(one.bytes for one in clean_up.going) == 4 * len(halves)
    clean_up.carry_out()
    assert files(root) == before


def test_what_others_keep_under_the_root_is_never_touched(root: str) -> None:
    """A data set whose folder is called as a stage is, a shard's own readme, folders of other names, nested roots."""
    made = chain(root, "c")
    theirs = (
        "train/apple/1.jpg", f"train/apple/1{PARTIAL}", "mine/x", f"mine/x{PARTIAL}", "leaks/latest/x.json", "export/x",
        f"shard/{made[Stage.SHARD].key}/README.md", "compare/x/figure.png", "outside/x/files.parquet",
    )  # fmt: skip
    for name in (*theirs, *AS_BEFORE):
        filesystem.write_bytes(f"{root}/{name}", b"mine")
    before = files(root)
    assert not later(root, ()).going
    later(root, ()).carry_out()
    assert files(root) == before


@pytest.mark.parametrize("laid", [(), ("train/apple/1.jpg", "val/apple/2.jpg")], ids=["nothing", "a data set"])
def test_a_wrong_root_is_an_error_that_says_what_to_give(root: str, laid: tuple[str, ...]) -> None:
    """And nothing there is looked at any further."""
    for name in laid:
        filesystem.write_bytes(f"{root}/{name}", b"mine")
    with pytest.raises(BadInput, match="no data root of finished stages") as raised:
        plan(root, 0)
    assert root in raised.value.problem
    assert "data_root" in raised.value.mend


def test_what_a_run_has_come_back_to_since_the_plan_stays(root: str) -> None:
    """One stage was found whole again, another is being written to."""
    old = chain(root, "tried", Stage.EMBED)
    chain(root, "kept", Stage.EMBED)
    unfinished = write(open_stage(root, Stage.SELECT, 1, "killed"), "a", "killed")
    clean_up = later(root)
    assert {one.key for one in clean_up.going} == {*(ref.key for ref in old.values()), unfinished.key}
    remember(root, "r", Stage.CRAWL, old[Stage.CRAWL])
    write(replace(unfinished, attempt="feedbeef"), "b", "the run goes on")
    assert {one.key for one in clean_up.carry_out()} == {old[Stage.EMBED].key}
    assert reads(old[Stage.CRAWL])
    assert unfinished.sealed_part("a")


def test_pointers_of_every_name_are_roots(root: str) -> None:
    """Two embeddings of one recipe stand beside each other."""
    made = chain(root, "c", Stage.EMBED)
    remember(root, "r", "embed-targets", made[Stage.CRAWL])
    remember(root, "s.2", "leaks", replace(made[Stage.EMBED], key="x"))
    assert pointed(root) == {
        (Stage.CRAWL, made[Stage.CRAWL].key), (Stage.EMBED, made[Stage.EMBED].key), (Stage.EMBED, "x"),
    }  # fmt: skip
