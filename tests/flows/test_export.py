"""A classifier taken away from a whole run of the pipeline, and asked about pictures."""

import csv
import sys
from pathlib import Path

import pytest
import yaml

from flows.pipeline import extrapolate
from storage.manifest import read_rows
from storage.markdown import markdown
from storage.records import ClassAccuracy, Crawled, Decision, Split, Stage, TargetPicture
from tests.flows.conftest import World
from training.export import main as export
from training.predict import main as predict


@pytest.mark.slow
def test_what_the_pipeline_has_trained_classifies_elsewhere(
    prefect_server: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it did on the test split, by a graph that holds its frozen encoder; its card says where pictures are from."""
    root, out = tmp_path / "root", tmp_path / "taken"
    refs = {ref.stage: ref for ref in extrapolate(world.recipe(root))}
    monkeypatch.setattr(sys, "argv", ["x", str(world.recipe_path), "--data-root", str(root), "--out", str(out)])
    export()
    test = [row for row in read_rows(refs[Stage.TARGETS], TargetPicture) if row.split is Split.TEST]
    monkeypatch.setattr(sys, "argv", ["x", str(out), *(row.path for row in test), "--out", str(tmp_path / "x.csv")])
    predict()
    answers = [row["class"] for row in csv.DictReader((tmp_path / "x.csv").open())]
    classes = {row.label: row for row in read_rows(refs[Stage.TRAIN], ClassAccuracy) if row.arm == "silenced"}
    right = sum(classes[row.label].name == answer for row, answer in zip(test, answers, strict=True))
    assert abs(right - sum(row.correct for row in classes.values())) <= len(test) // 100  # at the edge of two classes
    card = (out / "README.md").read_text()
    assert {path.name for path in out.iterdir()} == {"README.md", "model.onnx", "preprocess.json"}
    kept = {(row.key, row.neighbor) for row in read_rows(refs[Stage.SELECT], Decision) if row.reason is None}
    licenses = {row.license for row in read_rows(refs[Stage.CRAWL], Crawled) if (row.key, row.neighbor) in kept}
    assert kept
    assert all(f"| openverse | {markdown(license_)} |" in card for license_ in licenses)
    assert "named by sandbox, in answer to" in card
    for stage in (Stage.TARGETS, Stage.NEIGHBORS, Stage.CRAWL, Stage.SELECT, Stage.SHARD, Stage.TRAIN):
        assert f"| `{refs[stage].key}` | `{refs[stage].content}` |" in card
    assert yaml.safe_load(card.split("---\n")[1])["pipeline_tag"] == "image-classification"
