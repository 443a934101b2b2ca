"""The command line of export, over a network that was really trained: what it writes, and what it refuses."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
import yaml

from storage.latest import recall
from storage.manifest import read_manifest, read_rows
from storage.records import Accuracy, Split, Stage
from tests.training.exporting.trained import export, finetuned, masked, small
from training.config import Arm
from training.evaluate import evaluate
from training.exporting.learned import of_folder, of_stage
from training.predict import main as predict
from training.recipe import read
from training.run import main as train


def test_the_folder_holds_a_model_in_timms_own_format(root: Path) -> None:
    """With the names of its classes and how a picture is brought to it."""
    told = json.loads((root / "out" / "config.json").read_text())
    assert (told["architecture"], told["num_classes"], told["label_names"]) == ("test_resnet", 2, ["red", "green"])
    model: Any = timm.create_model(f"local-dir:{root / 'out'}", pretrained=True)
    shape = model.pretrained_cfg
    assert (tuple(shape["input_size"]), shape["interpolation"], shape["crop_pct"]) == ((3, 32, 32), "bilinear", 1.0)
    assert (shape["license"], shape["tag"]) == ("unknown", ""), "it was trained from scratch, and is none of timm's"
    assert (tuple(shape["mean"]), tuple(shape["std"])) == ((0.5, 0.4, 0.3), (0.2, 0.25, 0.3))
    assert sorted(path.name for path in (root / "out").iterdir()) == [
        "README.md", "config.json", "model.onnx", "model.safetensors", "preprocess.json",
    ]  # fmt: skip
    assert len({path.stat().st_mode for path in (root / "out").iterdir()}) == 1, "whoever reads one file reads all"


def test_predictions_are_those_of_the_evaluation(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same class of every test picture, and its probability to a hundredth: pictures are resized without torch."""
    learned = of_stage(read(str(root / "small.yaml")), str(root / "small.yaml"), Arm.SILENCED)
    tally = evaluate(learned.run.network, learned.run.feed.evaluation(learned.data.test), 2)
    paths = [picture.uri for picture in learned.data.test.inputs]
    monkeypatch.setattr(sys, "argv", ["predict", str(root / "out"), *paths, "--out", str(root / "x.jsonl")])
    predict()
    rows = [json.loads(line) for line in (root / "x.jsonl").read_text().splitlines()]
    assert [row["path"] for row in rows] == paths
    assert [row["class"] for row in rows] == [learned.data.classes[answer] for answer in tally.answers]
    assert [row["probability"] for row in rows] == pytest.approx(tally.confidence.tolist(), abs=0.01)


def test_the_card_tells_what_the_stages_hold(root: Path) -> None:
    """Accuracies of both arms, calibration, the settings, and every stage from the targets to the training."""
    card = (root / "out" / "README.md").read_text()
    train = recall(str(root), "small", Stage.TRAIN)
    for arm in ("targets_only", "silenced"):
        held = {
            row.group: row.accuracy for row in read_rows(train, Accuracy) if (row.arm, row.split) == (arm, Split.TEST)
        }
        assert f"| {arm} | {100 * held['all']:.1f} |  |  | {100 * held['few']:.1f} |\n" in card
    front = yaml.safe_load(card.split("---\n")[1])
    assert (front["library_name"], front["license"]) == ("timm", "unknown")
    inputs = read_manifest(train.uri).inputs
    for content in (train.content, *(inputs[name] for name in ("targets", "target_vectors", "shards", "vectors"))):
        assert card.count(f"| `{content}` |") == 1
    assert "6 pictures of 2 neighbor categories, in 1 shards," in card
    assert "softmax of the logits is the probability" in card
    assert "Expected calibration error on test, of 4 pictures" in card
    assert "    lambda_s: 0.1\n" in card
    assert "0. red\n1. green\n" in card


def refusal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command says when it ends with 1."""
    with pytest.raises(SystemExit) as ended:
        export(monkeypatch, *arguments)
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "mend: " in said
    return said


def test_what_does_not_belong_together_is_refused(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An arm that was not trained, a recipe that has changed, a recipe never trained, a folder of other things."""
    recipe = str(root / "small.yaml")
    said = refusal(monkeypatch, capsys, recipe, "--arm", "unsilenced")
    assert "has no arm unsilenced; it has targets_only, silenced" in said
    changed = yaml.safe_load(Path(recipe).read_text())
    changed["train"] |= {"lr": 0.5, "tau": 2.0, "log_every": 7}
    (tmp_path / "changed.yaml").write_text(yaml.safe_dump(changed))
    said = refusal(monkeypatch, capsys, str(tmp_path / "changed.yaml"))
    assert "has changed since its newest training: train.lr, train.tau\n" in said
    assert "has no finished train stage" in refusal(monkeypatch, capsys, recipe, "--data-root", str(tmp_path))
    assert "holds something else" in refusal(monkeypatch, capsys, recipe, "--out", str(tmp_path))
    assert not (root / "export").exists()


def test_a_training_whose_inputs_are_gone_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Newer stages are no substitute: they may hold other classes."""
    recipe = finetuned(tmp_path, small("test_resnet", tmp_path))
    shards = recall(str(tmp_path), "small", Stage.SHARD)
    Path(shards.uri, "manifest.json").unlink()
    said = refusal(monkeypatch, capsys, recipe)
    assert (
        f"the shards that the newest training was made of are gone: no finished stage has the content {shards.content}"
        in said
    )


def test_a_run_by_hand_is_exported_once_it_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the same network and accuracies; not before its end, and not under another arm's name."""
    recipe = finetuned(tmp_path, small("test_resnet", tmp_path))
    given, folder = read(recipe), tmp_path / "run"
    said = refusal(monkeypatch, capsys, recipe, "--folder", str(folder))
    assert f"no finished run lies in {folder}" in said
    monkeypatch.setattr(sys, "argv", ["training.run", recipe, "--folder", str(folder)])
    train()
    by_hand, by_stage = of_folder(given, recipe, Arm.SILENCED, folder), of_stage(given, recipe, Arm.SILENCED)
    assert torch.equal(masked(by_hand)[1], masked(by_stage)[1])
    assert set(by_hand.accuracy) == set(by_stage.accuracy)
    assert "belongs to another run" in refusal(
        monkeypatch, capsys, recipe, "--folder", str(folder), "--arm", "unsilenced"
    )
