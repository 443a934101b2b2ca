"""Every recipe that is shipped trains, as far as two steps with random weights can tell; or it says what it lacks."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from storage.errors import BadInput
from training.config import TrainConfig
from training.dry_run import dry_run, estimate
from training.sizing.plan import Plan, plan_of

PROJECT = Path(__file__).parents[2]
RECIPES = {path.stem: path for path in sorted((PROJECT / "recipes").glob("*.yaml"))}
LACKING = {"demo": r"targets\.expect", "grocery": r"train\.mode: features"}
"""What has no size before its data is there, and what has no network."""
QUICK = {"imagenet_lt_mae", "imagenet_lt_dinov2"}
"""A linear and a batch-normalized head; those of a CLIP take half a minute, and the others differ in numbers."""


def _parameter(name: str) -> object:
    return pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)


@pytest.mark.parametrize("name", [_parameter(name) for name in RECIPES if name not in LACKING])
def test_every_recipe_passes_its_dry_run(name: str) -> None:
    """At true shapes: a ViT-B, all classes, all neighbors, its own loss and optimizer."""
    said = io.StringIO()
    line = json.loads(dry_run(str(RECIPES[name]), Console(file=said, width=120)))
    assert line["recipe"] == name
    assert line["parameters"] > 85_000_000
    assert 90e9 < line["flops"] < 145e9 or name == "imagenet_lt_lift", "a ViT-B at 224 pixels, forward and backward"
    assert line["gpu_hours"] > 0
    assert "GPU hours an arm" in said.getvalue()


@pytest.mark.parametrize("name", LACKING)
def test_a_recipe_without_sizes_or_network_says_so(name: str, tmp_path: Path) -> None:
    """And which field mends it."""
    with pytest.raises(BadInput, match=LACKING[name]):
        plan_of(str(RECIPES[name]), data_root=str(tmp_path))


def test_the_published_sizes_are_what_the_recipes_expect() -> None:
    """So many classes, and five neighbors a class."""
    sizes = {"imagenet_lt_mae": (1000, 115_846), "places_lt_clip": (365, 62_500), "inat18_mae": (8142, 437_513)}
    for name, (classes, pictures) in sizes.items():
        plan = plan_of(str(RECIPES[name]))
        assert (len(plan.train_counts), sum(plan.train_counts), plan.auxiliaries) == (classes, pictures, 5 * classes)


def test_the_estimate_is_what_can_be_counted_by_hand() -> None:
    """30 target pictures and 2 x 10 of neighbors are 5 steps of 10; 3 epochs of them at 1 TFLOP a picture."""
    fields = {"unit": "epoch", "steps": 3, "batch_size": 10, "caps": {"tail": 10}}
    found = estimate(Plan("tried", (15, 15), 2, TrainConfig.model_validate(fields)), flops=10**12, tflops=0.5)
    assert (found.epoch, found.pictures) == (50, 150)
    assert found.gpu_hours == pytest.approx(150 / 0.5 / 3600)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A recipe of a tiny network that knows its sizes."""
    train = {"mode": "finetune", "device": "cpu", "encoder": {"kind": "timm", "name": "test_vit", "image_size": 160}}
    path = tmp_path / "small.yaml"
    targets = {"expect": {"classes": 2, "train": 10}}
    path.write_text(yaml.safe_dump({"name": "small", "targets": targets, "train": train}))
    return path


def _command(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "training.dry_run", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_the_command_ends_with_a_line_of_json(small: Path) -> None:
    """A table for people, then a line for programs."""
    done = _command(str(small), "--batch", "3", "--tflops", "100")
    assert done.returncode == 0, done.stderr
    *table, line = done.stdout.splitlines()
    assert (json.loads(line)["batch"], json.loads(line)["tflops"]) == (3, 100)
    assert any("100 TFLOP" in row for row in table), "the assumption is said"


def test_what_is_wrong_exits_with_1_and_a_mend(tmp_path: Path) -> None:
    """No traceback."""
    done = _command(str(tmp_path / "gone.yaml"))
    assert done.returncode == 1
    assert "there is no recipe file" in done.stderr
    assert "Traceback" not in done.stderr
