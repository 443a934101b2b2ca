"""The card of a whole run's shards: read by the hub's own parser and by Croissant's, it tells what the tables hold."""

import csv
import hashlib
import io
import json
import textwrap
from collections import Counter
from pathlib import Path
from typing import Any

import mlcroissant
import pytest
import webdataset
from huggingface_hub import DatasetCard

from flows.pipeline import extrapolate
from flows.purge import main as purge
from flows.recipe import Recipe
from flows.sharding import shard
from storage.manifest import read_manifest, read_rows
from storage.records import Auxiliary, Crawled, Decision, ShardEntry, Stage, StageRef, TargetClass
from tests.flows.conftest import World

CARD = {"README.md", "ATTRIBUTION.csv", "classes.csv", "croissant.json"}


@pytest.fixture(scope="module")
def folder(refs: dict[Stage, StageRef]) -> Path:
    """Where the shards lie, and the card beside them."""
    return Path(refs[Stage.SHARD].uri)


def _sheet(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text())))


def _tars(folder: Path) -> set[str]:
    """The shards that the manifest names."""
    return {file.name for part in read_manifest(str(folder)).parts for file in part.files if file.kind == "shard"}


def _named(folder: Path) -> list[str]:
    """What the patterns of the card's front matter find, as the hub's own parser reads them."""
    [config] = DatasetCard.load(folder / "README.md").data.to_dict()["configs"]
    [files] = config["data_files"]
    return [path.relative_to(folder).as_posix() for pattern in files["path"] for path in folder.glob(pattern)]


def test_the_hub_reads_the_card_and_finds_every_tar(folder: Path, refs: dict[Stage, StageRef]) -> None:
    """Its front matter parses, and its pattern names the shards of the manifest and nothing else."""
    card = DatasetCard.load(folder / "README.md")
    assert card.data.task_categories == ["image-classification"]
    assert card.data.size_categories == ["n<1K"]
    assert card.data.license in ("cc0-1.0", "cc", "other")
    found = sorted(_named(folder))
    assert found == sorted(_tars(folder))
    urls = [str(folder / name) for name in found]
    assert sum(1 for _ in webdataset.WebDataset(urls, shardshuffle=False)) == refs[Stage.SHARD].count


def test_the_lines_of_code_on_the_card_read_the_shards(
    folder: Path, refs: dict[Stage, StageRef], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run where the card lies they give every picture, its class and its lineage."""
    monkeypatch.chdir(folder)
    lines = (folder / "README.md").read_text().split("    import webdataset")[1].split("\n\n")[0]
    read: dict[str, Any] = {}
    exec(textwrap.dedent(f"    import webdataset{lines}"), read)  # noqa: S102  # what the card tells a reader to run
    held = list(read["pictures"])
    assert len(held) == refs[Stage.SHARD].count
    assert {about["neighbor"] for _, _, about in held} == {row["class"] for row in _sheet(folder / "classes.csv")}


def test_every_packed_picture_is_attributed_once(folder: Path, refs: dict[Stage, StageRef]) -> None:
    """With what the crawl knows of it, under the number and name of its class."""
    lines = _sheet(folder / "ATTRIBUTION.csv")
    entries = {row.key: row for row in read_rows(refs[Stage.SHARD], ShardEntry)}
    assert [line["key"] for line in lines] == sorted(entries)
    crawled = {(row.key, row.neighbor): row for row in read_rows(refs[Stage.CRAWL], Crawled)}
    numbers = {row.name: row.index for row in read_rows(refs[Stage.SHARD], Auxiliary)}
    for line in lines:
        row = crawled[line["key"], line["class"]]
        assert (line["url"], line["source_page"], line["license_url"]) == (row.url, row.landing_url, row.license_url)
        assert (line["creator"], line["source"]) == (row.creator, row.source)
        assert int(line["label"]) == numbers[line["class"]]
        assert line["shard"] == entries[line["key"]].shard


def test_the_counts_are_those_of_the_tables(folder: Path, refs: dict[Stage, StageRef]) -> None:
    """Classes, sources, licenses and reasons; the classes say whose neighbors they are, by name."""
    text, lines = (folder / "README.md").read_text(), _sheet(folder / "ATTRIBUTION.csv")
    classes = _sheet(folder / "classes.csv")
    counted = Counter(row.neighbor for row in read_rows(refs[Stage.SELECT], Decision) if row.reason is None)
    assert {row["class"]: int(row["pictures"]) for row in classes} == dict(counted)
    names = {row.label: row.name for row in read_rows(refs[Stage.TARGETS], TargetClass)}
    parents = {row.name: row.parents for row in read_rows(refs[Stage.SHARD], Auxiliary)}
    first = {row["class"]: [names[at] for at in parents[row["class"]]][:3] for row in classes}
    assert all(row["neighbor_of"] == ", ".join(names[at] for at in parents[row["class"]]) for row in classes)
    for row in classes:
        assert f"| {row['label']} | {row['class']} | {row['pictures']} | {', '.join(first[row['class']])}" in text
    assert f"| openverse | {len(lines)} |" in text
    for license_name, count in Counter(line["license"] for line in lines).items():
        assert f"| {license_name.replace('-', chr(92) + '-')} | {count} |" in text
    tally = read_manifest(refs[Stage.SELECT].uri).tally
    assert f"| pictures that were judged | {tally['kept']} |" in text
    assert all(f"{why.replace('_', ' ')} {count:,}" in text for why, count in tally.items() if why != "kept" and count)
    assert all(ref.key in text for stage, ref in refs.items() if stage in (Stage.CRAWL, Stage.SELECT, Stage.SHARD))


def test_croissant_reads_the_tars(folder: Path, refs: dict[Stage, StageRef]) -> None:
    """Its own reader has nothing to say against it, finds every hash right, and opens every picture by its key."""
    document = json.loads((folder / "croissant.json").read_text())
    for node in document["distribution"]:
        if node["@type"] == "cr:FileObject":
            assert hashlib.sha256((folder / node["contentUrl"]).read_bytes()).hexdigest() == node["sha256"]
    read = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    assert not list(read.metadata.issues.errors)
    assert not list(read.metadata.issues.warnings)
    pictures: list[dict[str, Any]] = list(read.records("pictures"))
    assert {row["pictures/key"].decode() for row in pictures} == {
        row.key for row in read_rows(refs[Stage.SHARD], ShardEntry)
    }
    assert all(min(row["pictures/image"].size) >= 32 for row in pictures)
    lines = {row["attribution/key"].decode(): row for row in read.records("attribution")}
    sheet = {line["key"]: line for line in _sheet(folder / "ATTRIBUTION.csv")}
    assert {key: row["attribution/class"].decode() for key, row in lines.items()} == {
        key: line["class"] for key, line in sheet.items()
    }
    assert len(list(read.records("classes"))) == len(_sheet(folder / "classes.csv"))


def test_the_card_is_no_part_of_what_is_trained_on(
    folder: Path, refs: dict[Stage, StageRef], recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refresh that writes another card beside other tars of the same bytes leaves the content as it was."""
    before = (folder / "README.md").read_text()
    monkeypatch.setattr("tasks.shard.card.readme.MOST", 1)
    again = shard(recipe, refresh=True)
    assert (folder / "README.md").read_text() != before
    assert (again.content, again.reused) == (refs[Stage.SHARD].content, False)
    assert sorted(_named(folder)) == sorted(_tars(folder))


def test_the_card_tells_of_the_verdicts_that_the_newest_run_packed(
    folder: Path, refs: dict[Stage, StageRef], recipe: Recipe
) -> None:
    """Other settings by which the same came out: nothing is packed anew, but the card and the report say them."""
    other = recipe.select.model_copy(update={"max_name_rank": 0.625})
    tars = {name: (folder / name).stat().st_mtime_ns for name in _tars(folder)}
    for config, reused in ((other, False), (recipe.select, True)):
        again = {ref.stage: ref for ref in extrapolate(recipe.model_copy(update={"select": config}), Stage.SHARD)}
        assert again[Stage.SELECT].content == refs[Stage.SELECT].content
        assert (again[Stage.SHARD].key, again[Stage.SHARD].reused) == (refs[Stage.SHARD].key, True)
        assert again[Stage.REPORT].reused is reused
        text = (folder / "README.md").read_text()
        assert f"max_name_rank: {config.max_name_rank}\n" in text
        assert f"| select | `{again[Stage.SELECT].key}` |" in text
        assert {name: (folder / name).stat().st_mtime_ns for name in _tars(folder)} == tars
        assert read_manifest(str(folder)).ref.content == refs[Stage.SHARD].content


def test_a_card_that_is_right_is_left_as_it_is(folder: Path, refs: dict[Stage, StageRef], recipe: Recipe) -> None:
    """A run that has nothing to do writes nothing; a card that somebody has deleted is written again."""
    written = (folder / "README.md").stat().st_mtime_ns, (folder / "manifest.json").stat().st_mtime_ns
    shard(recipe)
    assert written == ((folder / "README.md").stat().st_mtime_ns, (folder / "manifest.json").stat().st_mtime_ns)
    (folder / "README.md").unlink()
    assert shard(recipe).reused
    assert refs[Stage.SELECT].key in (folder / "README.md").read_text()


def test_after_a_kill_the_card_names_the_tars_of_both_attempts(
    folder: Path, refs: dict[Stage, StageRef], recipe: Recipe
) -> None:
    """What was whole is taken, the rest is packed by another attempt, and the card has one path for each tar."""
    lost, *others = sorted(_tars(folder))
    (folder / "manifest.json").unlink()
    (folder / lost).unlink()
    again = shard(recipe)
    assert again.content == refs[Stage.SHARD].content
    named = _named(folder)
    assert {*others} < set(named) == _tars(folder)
    assert len({Path(name).parent for name in named}) == 2
    assert {line["shard"] for line in _sheet(folder / "ATTRIBUTION.csv")} == set(named)


def test_a_take_down_takes_the_line_that_names_the_picture(
    folder: Path, refs: dict[Stage, StageRef], recipe: Recipe, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its creator nor its address stands in what is left, nor in what the next run writes."""
    gone = _sheet(folder / "ATTRIBUTION.csv")[0]
    line = ["purge", str(world.recipe_path), "--data-root", recipe.data_root, "--url", gone["url"]]
    monkeypatch.setattr("sys.argv", line)
    with pytest.raises(SystemExit) as ended:
        purge()
    assert not ended.value.code
    assert not {path.name for path in folder.iterdir()} & CARD
    after = {ref.stage: ref for ref in extrapolate(recipe, Stage.SHARD)}
    sheets = [path.read_text() for path in Path(recipe.data_root).rglob("ATTRIBUTION.csv")]
    assert len(sheets) == 1
    assert gone["url"] not in sheets[0]
    assert len(_sheet(Path(after[Stage.SHARD].uri) / "ATTRIBUTION.csv")) == after[Stage.SHARD].count
