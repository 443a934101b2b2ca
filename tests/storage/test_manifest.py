"""A stage is whole when its manifest says so, and never before."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage import filesystem
from storage.errors import BadInput, DamagedStore
from storage.latest import recall, remember
from storage.manifest import StageFolder, open_stage, read_manifest, read_rows
from storage.records import Stage, StageRef


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a stage."""

    name: str


def _open(root: Path, refresh: bool = False, config: int = 1, given: str = "x") -> StageFolder:
    return open_stage(str(root), Stage.CRAWL, 1, {"limit": config}, refresh=refresh, neighbors=given)


def _work(folder: StageFolder, *names: str, part: str = "part-00-of-01") -> StageRef:
    file = folder.write_rows(part, [Row(name) for name in names], Row)
    sealed = folder.seal_part(part, [file], Counter(kept=len(names)), 0.5)
    return folder.seal([sealed], len(names), 0.5)


def test_without_a_manifest_there_is_no_stage(tmp_path: Path) -> None:
    """A killed run leaves files and markers, but nothing that counts as a finished stage."""
    folder = _open(tmp_path)
    file = folder.write_rows("part", [Row("a")], Row)
    assert folder.sealed_part("part") is None
    folder.seal_part("part", [file], Counter(), 0.0)
    assert folder.sealed() is None
    assert _open(tmp_path).sealed_part("part") is not None


def test_a_finished_stage_is_found_again_with_its_rows(tmp_path: Path) -> None:
    """The next run takes the stage as it is and knows that it did."""
    ref = _work(_open(tmp_path), "a", "b")
    again = _open(tmp_path).sealed()
    assert again == ref
    assert again is not None
    assert again.reused
    assert not ref.reused
    assert read_rows(again, Row) == [Row("a"), Row("b")]
    assert read_manifest(ref.uri).tally == {"kept": 2}


def test_the_key_follows_config_and_content_of_inputs_only(tmp_path: Path) -> None:
    """Where an input lies is not in a key; what it holds is."""
    first = StageRef(Stage.NEIGHBORS, "k", "same", "/here", 3)
    second = StageRef(Stage.NEIGHBORS, "other", "same", "s3://there", 3)
    keys = [open_stage(str(tmp_path), Stage.CRAWL, 1, {}, neighbors=ref).key for ref in (first, second)]
    assert keys[0] == keys[1]
    assert _open(tmp_path, config=1).key != _open(tmp_path, config=2).key
    assert _open(tmp_path, given="x").key != _open(tmp_path, given="y").key


def test_the_same_result_of_a_refresh_has_the_same_content(tmp_path: Path) -> None:
    """So that everything after a refreshed stage can stay as it is."""
    ref = _work(_open(tmp_path), "a")
    folder = _open(tmp_path, refresh=True)
    assert folder.sealed() is None
    assert folder.sealed_part("part-00-of-01") is None, "a refresh must not take an older partition"
    assert _work(folder, "a").content == ref.content
    assert _work(_open(tmp_path, refresh=True), "b").content != ref.content


def test_a_partition_whose_file_is_gone_is_not_whole(tmp_path: Path) -> None:
    """A marker alone is not believed."""
    folder = _open(tmp_path)
    file = folder.write_rows("part", [Row("a")], Row)
    folder.seal_part("part", [file], Counter(), 0.0)
    Path(filesystem.join(folder.uri, file.name)).unlink()
    assert _open(tmp_path).sealed_part("part") is None


def test_a_stage_whose_file_is_gone_says_what_to_do(tmp_path: Path) -> None:
    """A damaged stage names the file and the command that mends it."""
    ref = _work(_open(tmp_path), "a")
    for path in Path(ref.uri).rglob("*.parquet"):
        path.unlink()
    with pytest.raises(DamagedStore, match="--refresh crawl"):
        read_rows(ref, Row)


def test_two_runs_at_once_leave_one_whole_stage(tmp_path: Path) -> None:
    """Their files never share a name, and the manifest names one run's alone."""
    first, second = _open(tmp_path), _open(tmp_path)
    one = first.write_rows("part", [Row("a")], Row)
    two = second.write_rows("part", [Row("a")], Row)
    assert one.name != two.name
    refs = [f.seal([f.seal_part("part", [file], Counter(), 0.0)], 1, 0.0) for f, file in ((first, one), (second, two))]
    assert refs[0] == refs[1]
    assert read_rows(refs[0], Row) == [Row("a")]


def test_the_newest_stage_of_a_recipe_can_be_recalled(tmp_path: Path) -> None:
    """A stage run alone finds what the stage before it produced, or says how to make it."""
    ref = _work(_open(tmp_path), "a")
    remember(str(tmp_path), "demo", "crawl", ref)
    assert recall(str(tmp_path), "demo", "crawl") == ref
    with pytest.raises(BadInput, match="--until neighbors"):
        recall(str(tmp_path), "demo", "neighbors")
