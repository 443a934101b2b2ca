"""Take-downs: nothing of the picture is left, nothing else is lost, and a kill at any moment is made good."""

from dataclasses import fields, is_dataclass
from itertools import chain, count
from pathlib import Path, PurePosixPath
from types import SimpleNamespace

import pytest

from storage import filesystem, records
from storage.errors import BadInput
from storage.manifest import read_rows
from storage.pictures import INDEX, TAR, PictureStore
from storage.purge import Purge, plan
from storage.purge_stages import BY_DIGEST
from storage.purge_store import read_indexes
from storage.records import Candidate, Crawled, Redirected, ShardEntry, Split, Stage, TargetPicture
from storage.takedown import TakenDown
from tests.storage.kill import Killed, killed_after
from tests.storage.purged_root import NAMES, Run, digest, files, picture, places, run, store, url

A = TakenDown.of(urls=[url("a")])


def purge(root: str, wanted: TakenDown = A) -> Purge:
    """Plan it and carry it out."""
    planned = plan(root, wanted)
    planned.carry_out()
    return planned


def readable(root: str) -> set[str]:
    """The names of the pictures that the store still gives back byte by byte."""
    held = PictureStore(root)
    return {name for name in NAMES if held.locate(digest(name)) and held.read(digest(name)) == picture(name)}


@pytest.mark.parametrize(
    ("wanted", "gone"),
    [
        (A, {"a"}),
        (TakenDown.of(creators=["ANN"]), {"a", "c"}),
        (TakenDown.of(digests=[digest("e").upper()]), {"e"}),
        (TakenDown.of(urls=[url("a"), url("f")], creators=["bob"]), {"a", "b", "f"}),
        (TakenDown.of(creators=["ann", "bob", "eve"], digests=[digest("d")]), set(NAMES)),
    ],
    ids=["url", "creator", "digest", "several", "all"],
)
def test_nothing_of_it_is_left_and_nothing_else_is_lost(root: str, wanted: TakenDown, gone: set[str]) -> None:
    """No file under the root holds its bytes, every other picture reads as before."""
    run(root)
    assert all(places(root, name) for name in NAMES)
    purge(root, wanted)
    assert {name for name in NAMES if not places(root, name)} == gone
    assert readable(root) == set(NAMES) - gone
    records = TakenDown.load(root)
    assert all(records.covers_url(url(name)) for name in gone)
    assert records.digests == {digest(name) for name in gone}


def test_a_second_purge_changes_nothing(root: str) -> None:
    """And says that it was taken down before."""
    run(root)
    purge(root)
    before = files(root)
    again = purge(root)
    assert files(root) == before
    assert again.scope.recorded
    assert not again.stages
    assert not again.store


def test_a_kill_between_any_two_changes_is_made_good(root: str) -> None:
    """At each moment all other pictures can be read, and purging again ends as if nothing had happened."""

    def wanted(place: str) -> str:
        run(place)
        # Two URLs of a third segment whose bytes lie in the others' tars: several indexes point into one.
        store(place, {"g": "b", "h": "f"})
        return place

    def end(place: str) -> dict[str, bytes]:
        return {name: held for name, held in files(place).items() if "taken_down" not in name}

    calm = wanted(f"{root}/calm")
    purge(calm)
    for changes in count():
        place = wanted(f"{root}/{changes}")
        try:
            with killed_after(changes):
                purge(place)
        except Killed:
            assert readable(place) >= set(NAMES) - {"a"}
            assert {PictureStore(place).find(url(name)) is not None for name in "bcdefgh"} == {True}
            assert not changes or digest("a") in TakenDown.load(place).digests
            purge(place)
        else:
            break
        assert not places(place, "a")
        assert readable(place) == set(NAMES) - {"a"}
        assert len(end(place)) == len(end(calm))
        assert PictureStore(place).find_many(map(url, "bcdefgh")).keys() == set(map(url, "bcdefgh"))
    assert changes > 15


def test_another_spelling_of_the_url_takes_it_down(root: str) -> None:
    """The list had http, its owner gives what the browser shows."""
    run(root)
    planned = purge(root, TakenDown.of(urls=[url("a").replace("https://p", "http://P") + "#top"]))
    assert planned.scope.asked == (url("a"),)
    assert not places(root, "a")


def test_the_same_bytes_under_another_url_go_too_and_are_named(root: str) -> None:
    """Whichever segment's index names them."""
    run(root)
    store(root, {"g": "a"})
    planned = purge(root)
    assert planned.scope.asked == (url("a"),)
    assert planned.scope.copies == (url("g"),)
    assert PictureStore(root).find(url("g")) is None
    assert TakenDown.load(root).covers_url(url("g"))


def test_two_indexes_of_one_tar_both_follow_it(root: str) -> None:
    """A URL of a later segment whose bytes lie in the tar that is written again."""
    run(root)
    store(root, {"g": "b"})
    purge(root)
    held = PictureStore(root)
    one, other = held.find(url("b")), held.find(url("g"))
    assert one
    assert other
    assert (one.segment, one.offset) == (other.segment, other.offset)
    assert held.read(digest("b")) == picture("b")


@pytest.mark.parametrize("names", ["xyz", "zyx"])
def test_an_index_may_point_into_a_later_segment_that_goes_too(
    root: str, names: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of two segments that are written again comes first, rows of the one may lie in the other's tar."""
    called = chain(names, count())
    monkeypatch.setattr("storage.segment.uuid.uuid4", lambda: SimpleNamespace(hex=str(next(called))))
    store(root, {"a": "a", "b": "b"}, {"c": "c", "g": "b"})
    purge(root, TakenDown.of(creators=["ann"]))
    held = PictureStore(root)
    assert {name for name in "abcg" if held.find(url(name))} == {"b", "g"}
    assert held.read(digest("b")) == picture("b")
    assert not places(root, "a")
    assert not places(root, "c")


def test_rows_of_a_tar_that_is_lost_are_no_hindrance(root: str) -> None:
    """They are found by their creator, and go; what another tar holds stays."""
    store(root, {"a": "a", "b": "b"}, {"e": "e", "c": "c", "g": "b"})
    lost = PictureStore(root).locate(digest("a"))
    assert lost
    filesystem.remove(f"{root}/pictures/{lost.segment}{TAR}")
    planned = purge(root, TakenDown.of(creators=["ann"]))
    assert planned.scope.copies == ()
    assert digest("a") in TakenDown.load(root).digests
    assert PictureStore(root).read(digest("e")) == picture("e")
    assert {row.url for rows in read_indexes(root).values() for row in rows} == {url("e")}


def _done(small: Run, stage: Stage) -> set[str]:
    """The partitions of a stage that the next run takes as they are."""
    folder = small.open(stage, **_inputs(small, stage))
    names = ("x-00-of-02", "x-01-of-02", "0-silenced", "page")
    return {name for name in names if folder.sealed_part(name)} | ({"sealed"} if folder.sealed() else set())


def _inputs(small: Run, stage: Stage) -> dict[str, object]:
    named = {
        Stage.EMBED: {"pictures": Stage.CRAWL}, Stage.SELECT: {"crawl": Stage.CRAWL},
        Stage.SHARD: {"select": Stage.SELECT}, Stage.TRAIN: {"shards": Stage.SHARD},
        Stage.REPORT: {"2-crawl": Stage.CRAWL, "6-train": Stage.TRAIN},
    }  # fmt: skip
    return {name: small.refs[given] for name, given in named.get(stage, {}).items()}


def test_only_what_held_it_is_made_again(root: str) -> None:
    """Of every stage its manifest and one partition go; the other partition is found whole."""
    small = run(root)
    planned = purge(root)
    for stage in (Stage.CRAWL, Stage.EMBED, Stage.SELECT, Stage.SHARD):
        assert _done(small, stage) == {"x-01-of-02"}
    assert not _done(small, Stage.TRAIN)
    assert not _done(small, Stage.REPORT)
    assert _done(small, Stage.TARGETS) == {"x-00-of-02", "x-01-of-02", "sealed"}
    shards = [PurePosixPath(name).name for folder in planned.stages for name in folder.shards]
    assert shards == ["shard-x-00-of-02.tar"]
    [model] = planned.models.checkpoints
    assert model.endswith("silenced.safetensors")
    assert any(name.endswith("silenced.safetensors") for name in files(root))


def test_stages_without_it_are_left_alone(root: str) -> None:
    """A picture that only the store holds costs the store's segment and nothing else."""
    small = run(root)
    store(root, {"g": "g"})
    purge(root, TakenDown.of(urls=[url("g")]))
    assert not places(root, "g")
    assert len(read_rows(small.refs[Stage.CRAWL], Crawled)) == len(NAMES)
    assert len(read_rows(small.refs[Stage.SHARD], ShardEntry)) == len(NAMES)
    assert "sealed" in _done(small, Stage.REPORT)
    assert "sealed" in _done(small, Stage.TRAIN)


def test_what_a_killed_run_left_is_searched_too(root: str) -> None:
    """Tables and tars that no marker or index names, a segment without its index, a page without a manifest."""
    run(root)
    for name in files(root):
        if name.endswith((".json", ".ShardEntry.parquet")) or (name.startswith("/pictures/") and name.endswith(INDEX)):
            filesystem.remove(root + name)
    purge(root, TakenDown.of(digests=[digest("a")]))
    assert not places(root, "a")
    assert places(root, "f")


def test_halves_of_files_go(tmp_path: Path) -> None:
    """A killed local write may have got as far as the picture."""
    small = run(str(tmp_path))
    for folder in (tmp_path / "pictures", Path(small.refs[Stage.SHARD].uri, "feed")):
        folder.mkdir(exist_ok=True)
        (folder / "x.tar.1234.partial").write_bytes(picture("a"))
    purge(str(tmp_path))
    assert not places(str(tmp_path), "a")


def test_a_tar_whose_index_was_removed_by_hand_is_searched(root: str) -> None:
    """As the mend of a damaged store says to; other indexes may still point into it."""
    run(root)
    store(root, {"g": "b"})
    held = PictureStore(root).find(url("a"))
    assert held
    filesystem.remove(f"{root}/pictures/{held.segment}{INDEX}")
    purge(root, TakenDown.of(digests=[digest("a")]))
    assert not places(root, "a")
    assert PictureStore(root).read(digest("b")) == picture("b")


def _leave_doubts(small: Run) -> None:
    """What could hold any picture: a page of a crawl that is gone, halves of files, a tar without its index."""
    for name in files(small.refs[Stage.CRAWL].uri):
        filesystem.remove(small.refs[Stage.CRAWL].uri + name)
    filesystem.write_bytes(f"{small.root}/pictures/killed{TAR}", picture("x"))
    for folder in (f"{small.root}/pictures", f"{small.refs[Stage.SHARD].uri}/feed"):
        filesystem.write_bytes(f"{folder}/x.tar.1234.partial", picture("x"))


@pytest.mark.parametrize("earlier", [False, True], ids=["first", "after another"])
def test_what_names_no_picture_takes_nothing_away(root: str, earlier: bool) -> None:
    """A mistyped URL, and that again, whatever lies about and whatever was taken down before."""
    small = run(root)
    if earlier:
        purge(root, TakenDown.of(urls=[url("f")]))
    _leave_doubts(small)
    before = files(root)
    for _ in range(2):
        planned = purge(root, TakenDown.of(urls=[url("typo")], creators=["Zoe"]))
        assert not planned.matched
        assert not planned.stages
        assert not planned.store
    after = files(root)
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 1


def test_an_unknown_digest_is_no_match_though_doubts_go(root: str) -> None:
    """What cannot say that it does not hold these bytes goes, and the plan says that nothing names them."""
    small = run(root)
    _leave_doubts(small)
    planned = purge(root, TakenDown.of(digests=[digest("x")]))
    assert not planned.matched
    assert not places(root, "x")
    assert not _done(small, Stage.REPORT)
    assert readable(root) == set(NAMES)


def test_a_tar_without_an_index_goes_with_what_was_only_offered(root: str) -> None:
    """A run that was killed between the two has its picture, and no digest says so."""
    small = run(root)
    offer = Candidate(url("x"), "lime", "lime", 0, "openverse", "", "Xu", "by", "", "")
    small.open(Stage.CRAWL).write_rows("search", [offer], Candidate)
    filesystem.write_bytes(f"{root}/pictures/killed{TAR}", picture("x"))
    planned = purge(root, TakenDown.of(urls=[url("x")]))
    assert planned.matched
    assert not planned.stages
    assert not places(root, "x")
    assert readable(root) == set(NAMES)


def test_the_tables_that_still_name_it_are_told(root: str) -> None:
    """What sources offered stays, and says the URL and the creator; tables that go are not among it."""
    small = run(root)
    folder, other = small.open(Stage.CRAWL), small.open(Stage.CRAWL)
    offers = [Candidate(url(name), "lime", "lime", 0, "openverse", "", "", "by", "", "") for name in NAMES]
    kept = folder.write_rows("search", offers, Candidate)
    other.write_rows("search", offers[1:], Candidate)
    assert purge(root).naming == (f"{folder.uri}/{kept.name}",)


def test_a_page_of_a_crawl_that_is_not_known_any_more_goes(root: str) -> None:
    """It may show the picture, and nothing is left that could say so."""
    small = run(root)
    for name in files(small.refs[Stage.CRAWL].uri):
        filesystem.remove(small.refs[Stage.CRAWL].uri + name)
    store(root, {"g": "g"})
    purge(root, TakenDown.of(urls=[url("g")]))
    assert not _done(small, Stage.REPORT)


def test_a_training_on_shards_that_are_not_known_any_more_is_named_and_stays(root: str) -> None:
    """Days of training are not thrown away on a suspicion."""
    small = run(root)
    for name in files(small.refs[Stage.SHARD].uri):
        filesystem.remove(small.refs[Stage.SHARD].uri + name)
    planned = purge(root)
    assert planned.models.unclear == (small.refs[Stage.TRAIN].uri,)
    assert not planned.models.checkpoints
    assert "sealed" in _done(small, Stage.TRAIN)


def test_a_url_that_others_redirect_to_takes_those_down(root: str) -> None:
    """The picture is held under the URL that was offered."""
    small = run(root)
    moved = Redirected(url("b"), "lime", "lime", 0, "openverse", "", "", "", "", "", "https://cdn.example/b", 1)
    folder = small.open(Stage.CRAWL)
    folder.write_rows("hop", [moved], Redirected)
    planned = purge(root, TakenDown.of(urls=["https://cdn.example/b"]))
    assert planned.scope.asked == (url("b"),)
    assert not places(root, "b")
    assert TakenDown.load(root).covers_url("https://cdn.example/b")


def test_a_plan_changes_nothing(root: str) -> None:
    """Until it is carried out."""
    run(root)
    before = files(root)
    assert plan(root, A).stages
    assert files(root) == before


def test_what_matches_nothing_is_recorded_all_the_same(root: str) -> None:
    """So that it is never fetched; and the plan says that nothing matched."""
    run(root)
    planned = purge(root, TakenDown.of(urls=["https://elsewhere.example/z"], creators=["Zoe"]))
    assert not planned.matched
    assert TakenDown.load(root).covers_creator("ZOE")
    assert readable(root) == set(NAMES)


def test_a_picture_of_the_target_data_set_is_named_and_stays(root: str) -> None:
    """It is its owner's, and lies outside the data root."""
    small = run(root)
    folder = small.open(Stage.TARGETS)
    listed = [TargetPicture("t", Split.TEST, 0, digest("a"), "/data/t.jpg")]
    folder.write_rows("more", listed, TargetPicture)
    assert purge(root).targets == ("/data/t.jpg",)


def test_an_empty_data_root_is_refused(root: str) -> None:
    """A wrong path must not look like a finished take-down."""
    with pytest.raises(BadInput, match="nothing lies under"):
        plan(root, A)


def test_every_table_that_names_a_picture_is_searched() -> None:
    """All rows with a digest are looked through, but those of data sets that are not ours, and the shards' own."""
    classes = [row for row in vars(records).values() if is_dataclass(row) and isinstance(row, type)]
    named = {row.__name__ for row in classes if "digest" in {one.name for one in fields(row)}}
    assert named - {"TargetPicture", "Cataloged", "ShardEntry"} == set(BY_DIGEST)
