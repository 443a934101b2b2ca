"""Wrong input stops the run with an error that names the thing and the mend, and a non-zero exit."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.pipeline import extrapolate
from flows.recipe import load_recipe
from storage.errors import BadInput, ExtrapolationError, TooMuchLost, Unreachable
from tests.flows.conftest import World

PROJECT = Path(__file__).parents[2]
Sections = dict[str, Any]


def _no_folder(recipe: Sections, grocery: Path) -> None:
    recipe["targets"]["root"] = str(grocery / "nowhere")


def _class_without_pictures(recipe: Sections, grocery: Path) -> None:
    lines = (grocery / "train.txt").read_text().splitlines()
    (grocery / "train.txt").write_text("\n".join(line for line in lines if "/Amber-Kite/" not in line))


def _line_without_a_label(recipe: Sections, grocery: Path) -> None:
    lines = (grocery / "val.txt").read_text().splitlines()
    (grocery / "val.txt").write_text("\n".join([lines[0], lines[1].split(",")[0], *lines[2:]]))


def _label_outside_the_list(recipe: Sections, grocery: Path) -> None:
    path = grocery / "test.txt"
    path.write_text(path.read_text() + "test/nothing.jpg, 999, 0\n")


def _unreadable_pictures(recipe: Sections, grocery: Path) -> None:
    for path in sorted((grocery / "train").rglob("*.jpg"))[::3]:
        path.write_bytes(b"this is not a picture")


def _no_key(recipe: Sections, grocery: Path) -> None:
    recipe["neighbors"]["provider"]["key_variable"] = "A_KEY_NOBODY_SET"


def _no_sandbox(recipe: Sections, grocery: Path) -> None:
    recipe["neighbors"]["provider"]["base_url"] = "http://127.0.0.1:9/v1"


def _rough_web(recipe: Sections, grocery: Path) -> None:
    recipe["crawl"]["max_lost"] = 0.0


def _no_encoder(recipe: Sections, grocery: Path) -> None:
    recipe["embed"]["encoder"]["checkpoint"] = str(grocery / "lost.safetensors")


FAULTS: list[tuple[Callable[[Sections, Path], None], type[ExtrapolationError], str]] = [
    (_no_folder, BadInput, r"(?s)nowhere.*targets\.root"),
    (_class_without_pictures, BadInput, r"(?s)Amber-Kite.*targets\.classes"),
    (_line_without_a_label, BadInput, r"val\.txt.*2"),
    (_label_outside_the_list, BadInput, r"test\.txt.*999|999.*test\.txt"),
    (_unreadable_pictures, TooMuchLost, r"(?s)cannot be read.*embed\.max_unreadable"),
    (_no_key, BadInput, "A_KEY_NOBODY_SET"),
    (_no_sandbox, Unreachable, r"(?s)neighbors\.provider\.base_url.*python -m sandbox"),
    (_rough_web, TooMuchLost, r"(?s)URLs brought no picture.*run again with the same command.*crawl\.max_lost"),
    (_no_encoder, BadInput, r"(?s)lost\.safetensors"),
]


@pytest.mark.parametrize(("spoil", "error", "says"), FAULTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_fault_is_named_with_its_mend(
    prefect_server: str,
    world: World,
    tmp_path: Path,
    spoil: Callable[[Sections, Path], None],
    error: type[ExtrapolationError],
    says: str,
) -> None:
    """What is wrong, where, and what to do."""
    grocery = Path(shutil.copytree(world.grocery, tmp_path / "grocery"))
    sections = yaml.safe_load(world.recipe_path.read_text())
    sections["targets"]["root"] = str(grocery)
    spoil(sections, grocery)
    path = tmp_path / "spoiled.yaml"
    path.write_text(yaml.safe_dump(sections))
    with pytest.raises(error, match=says) as raised:
        extrapolate(load_recipe(str(path), str(tmp_path / "root")))
    assert raised.value.mend


def test_the_command_line_exits_with_one_and_says_why(prefect_server: str, world: World, tmp_path: Path) -> None:
    """A shell sees the failure, a person the sentence, and neither a traceback."""
    sections = yaml.safe_load(world.recipe_path.read_text())
    _no_folder(sections, tmp_path)
    path = tmp_path / "spoiled.yaml"
    path.write_text(yaml.safe_dump(sections))
    done = subprocess.run(
        [sys.executable, "-m", "flows.pipeline", str(path), "--data-root", str(tmp_path / "root")],
        cwd=PROJECT, env={**os.environ, "PREFECT_API_URL": prefect_server}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert "mend:" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
