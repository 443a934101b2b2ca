"""Retention as people meet it: the command, the artifact and the form in Prefect, and the pipeline after a clean-up."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.utilities.callables import parameter_schema

from flows.pipeline import extrapolate
from flows.recipe import load_recipe
from flows.retention import retention
from flows.retention_terminal import main
from flows.stage import newest, resumable
from storage import filesystem
from storage.errors import BadInput
from storage.latest import recall
from storage.manifest import open_stage, read_manifest, read_table
from storage.picture_writer import PictureWriter
from storage.pictures import PictureStore
from storage.records import PIPELINE, Stage, StageRef
from storage.retention import plan
from storage.retention_going import Going, Why
from storage.retention_kept import pointed
from tests.flows.conftest import World
from tests.storage.purged_root import files, origin, picture
from tests.storage.retained_root import aged, chain, work, write

PROJECT = Path(__file__).parents[2]
RECIPE = "recipes/demo.yaml"
PATIENCE = 300.0
"""Seconds that the command may take."""


@pytest.fixture
def root(tmp_path: Path) -> str:
    """A data root in which a value was tried two months ago, and another kept."""
    root = str(tmp_path)
    for config in ("tried", "kept"):
        work(root, chain(root, config)[Stage.TRAIN].key)
    with PictureWriter(PictureStore(root)) as writer:
        writer.add(picture("a"), 4, 3, "JPEG", origin("a"))
    aged(root, 60)
    return root


def command(root: str, *arguments: str) -> tuple[int, str, str]:
    """The exit code of the command, and what it said on either stream; there is no Prefect, nor can it be started."""
    words = [sys.executable, "-m", "flows.retention", RECIPE, "--data-root", root, *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    done = subprocess.run(
        words, cwd=PROJECT, capture_output=True, text=True, timeout=PATIENCE, check=False,
        env=environment | {"PREFECT_HOME": f"{__file__}/prefect", "COLUMNS": "160"},
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def _rows(said: str) -> list[tuple[str, ...]]:
    return [tuple(map(str.strip, line.split("│")[1:-1])) for line in said.splitlines() if line.startswith("│")]


def test_the_command_says_what_would_go_and_with_carry_out_removes_just_that(root: str) -> None:
    """The same rows twice, without Prefect, which a full disk lets not start; the bytes that it names are gone."""
    before = files(root)
    code, said, wrong = command(root)
    assert code == 0, wrong
    assert files(root) == before
    assert "a dry run, nothing is removed; --carry-out would free" in said
    rows = _rows(said)
    assert [(place, why) for place, _, why, *_ in rows] == [
        ("report", "superseded"), ("work/train", "work of a training"), ("work/train", "work of a training"),
    ]  # fmt: skip
    assert {row[-1] for row in rows} == {"60.0"}

    code, said, wrong = command(root, "--carry-out")
    assert code == 0, wrong
    assert _rows(said) == rows
    after = files(root)
    freed = sum(len(held) for name, held in before.items() if name not in after)
    assert after.items() < before.items()
    assert freed == sum(int(row[4].replace(",", "")) for row in rows)
    assert f"({freed:,} bytes)" in said


def test_the_command_takes_days_and_products(
    root: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a product all that was tried goes; what is not old enough stays; less than no days are refused."""
    _, said, _ = command(root, "--keep-days", "0", "--products")
    assert {row[0] for row in _rows(said)} == {"crawl", "embed", "select", "shard", "train", "report", "work/train"}
    _, longer, _ = command(root, "--keep-days", "0", "--keep-products-days", "59")
    assert _rows(longer) == _rows(said)
    _, said, _ = command(root, "--keep-days", "61")
    assert not _rows(said)
    assert "would free nothing: 0 files" in said
    monkeypatch.setattr(sys, "argv", ["retention", RECIPE, "--keep-days", "-1"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "-1 is no number of days" in capsys.readouterr().err


def test_a_wrong_data_root_ends_the_command_and_the_flow_with_what_mends_it(
    prefect_server: str, tmp_path: Path
) -> None:
    """It is not taken for a root in which there is nothing to do."""
    (tmp_path / "train" / "apple").mkdir(parents=True)
    (tmp_path / "train" / "apple" / "1.jpg").write_bytes(b"mine")
    code, _, wrong = command(str(tmp_path), "--keep-days", "0", "--carry-out")
    assert code == 1
    assert f"{tmp_path} is no data root of finished stages" in wrong
    assert "mend: give the recipe whose data_root the pipeline wrote to" in wrong
    assert (tmp_path / "train" / "apple" / "1.jpg").read_bytes() == b"mine"
    with pytest.raises(BadInput, match="no data root"):
        retention(load_recipe(str(PROJECT / RECIPE), str(tmp_path)))


def test_what_a_flow_begins_on_or_takes_is_young_again(tmp_path: Path) -> None:
    """An old result that another run has superseded meanwhile, what that was made of, and work that failed long ago."""
    root = str(tmp_path)
    recipe = load_recipe(str(PROJECT / RECIPE), root)
    old = chain(root, "old", Stage.EMBED)
    failed = write(open_stage(root, Stage.SELECT, 1, "failed"), "a", "half")
    chain(root, "new", Stage.EMBED)
    aged(root, 60)
    assert {one.key for one in plan(root, 30).going} == {failed.key, *(ref.key for ref in old.values())}
    assert newest(recipe, Stage.EMBED, old[Stage.EMBED]) == old[Stage.EMBED]
    resumable(failed)
    assert plan(root, 30).going == ()


def _artifact() -> tuple[list[dict[str, Any]], str]:
    with get_client(sync_client=True) as client:
        found = client.request(
            "POST", "/artifacts/latest/filter", json={"artifacts": {"key": {"any_": ["demo-retention"]}}}
        )
    [artifact] = found.json()
    data = artifact["data"]
    return json.loads(data) if isinstance(data, str) else data, artifact["description"]


def test_a_run_shows_what_goes_in_prefect(prefect_server: str, root: str) -> None:
    """A row each, the largest first, and what they come to; dry until it is told otherwise."""
    before = files(root)
    recipe = load_recipe(str(PROJECT / RECIPE), root)
    going = retention(recipe)
    rows, told = _artifact()
    assert files(root) == before
    assert told.startswith("a dry run, nothing is removed; it would free 1 superseded, 2 work of a training: ")
    assert {(row["stage"], row["key"], row["why"]) for row in rows} == {(one.place, one.key, one.why) for one in going}
    sizes = [int(row["bytes"].replace(",", "")) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    assert retention(recipe, dry_run=False) == going
    assert _artifact()[1].startswith("removed 1 superseded, 2 work of a training: ")
    assert retention(recipe, dry_run=False) == ()
    assert _artifact() == ([], "removed nothing: 0 files, 0 bytes (0 bytes)")


def test_the_form_says_what_each_parameter_does_and_is_bounded() -> None:
    """Titles and descriptions of our own, no days below 0, stages to choose from, and dry by default."""
    schema = parameter_schema(retention.fn).properties
    assert {name: schema[name]["title"] for name in schema} == {
        "recipe": "Recipe", "keep_days": "Keep days", "products": "Products",
        "keep_products_days": "Keep products days", "dry_run": "Dry run",
    }  # fmt: skip
    assert all(schema[name]["description"] for name in schema)
    assert (schema["keep_days"]["minimum"], schema["keep_days"]["default"]) == (0, 30)
    assert (schema["keep_products_days"]["minimum"], schema["keep_products_days"]["default"]) == (0, 180)
    assert schema["products"]["default"] == ["shard", "train"]
    assert schema["products"]["items"]["enum"] == [stage.value for stage in Stage]
    assert schema["dry_run"]["default"] is True


def _executed(refs: list[StageRef]) -> set[Stage]:
    return {ref.stage for ref in refs if not ref.reused}


def _reads(root: str, stage: Stage, key: str) -> None:
    """Every file that the manifest names is there, and every table reads."""
    uri = f"{root}/{stage}/{key}"
    manifest = read_manifest(uri)
    for part in manifest.parts:
        assert all(filesystem.exists(f"{uri}/{file.name}") for file in part.files)
    for kind in {f.kind for part in manifest.parts for f in part.files if f.name.endswith(".parquet")}:
        assert read_table(manifest.ref, kind).num_rows >= 0


def _reasons(gone: tuple[Going, ...]) -> set[tuple[str, Why]]:
    return {(one.place, one.why) for one in gone}


@pytest.mark.slow
def test_after_a_clean_up_of_several_runs_the_pipeline_executes_no_stage(
    prefect_server: str, world: World, tmp_path: Path
) -> None:
    """Refreshed stages, a tried threshold and finished trainings leave much; what the newest run needs is whole."""
    recipe, root = world.recipe(tmp_path), str(tmp_path)
    extrapolate(recipe)
    tried = recipe.model_copy(
        update={
            "select": recipe.select.model_copy(update={"min_similarity": 0.5}),
            "shard": recipe.shard.model_copy(update={"per_shard": 16}),
        }
    )
    old = {ref.stage: ref for ref in extrapolate(tried, Stage.SHARD)}
    extrapolate(recipe, refresh=[stage for stage in PIPELINE if stage is not Stage.NEIGHBORS])
    assert not _executed(extrapolate(recipe))
    store, asked = files(f"{root}/pictures"), world.sandbox.requests().urls
    before = files(root)
    gone = retention(recipe, keep_days=0, products=[], dry_run=False)
    assert _reasons(gone) >= {
        ("select", Why.SUPERSEDED), ("shard", Why.SUPERSEDED), ("crawl", Why.LEFTOVER), ("embed", Why.LEFTOVER),
        ("train", Why.LEFTOVER), ("work/train", Why.WORK),
    }  # fmt: skip
    assert sum(map(len, files(root).values())) == sum(map(len, before.values())) - sum(one.bytes for one in gone)
    assert not Path(old[Stage.SHARD].uri).exists()
    assert not Path(root, "work", "train").exists() or not list(Path(root, "work", "train").iterdir())
    for stage, key in pointed(root):
        _reads(root, stage, key)
    again = extrapolate(recipe)
    assert not _executed(again)
    assert again[-1] == recall(root, recipe.name, Stage.REPORT)
    assert files(f"{root}/pictures") == store
    assert world.sandbox.requests().urls == asked
    assert retention(recipe, keep_days=0, products=[], dry_run=False) == ()
