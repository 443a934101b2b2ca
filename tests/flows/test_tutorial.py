"""The tutorial's own commands, one block after the other, on a copy of Grocery as somebody's own data."""

import csv
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from flows.recipe import Recipe
from tests.markdown_blocks import PROJECT, blocks

SHARED = PROJECT.parent / "shared" / "data"
GROCERY, WEIGHTS = SHARED / "grocery", SHARED / "encoders" / "mobilenetv1_100_imagenet_fp16.safetensors"
TUTORIAL = "docs/tutorial.md"
PATIENCE = 300.0
"""Seconds that one block may take."""

TAIL = {
    "Lemon": 24, "Orange": 20, "Golden-Delicious": 16, "Red-Grapefruit": 10, "Nectarine": 8, "Plum": 6, "Papaya": 5
}  # fmt: skip
"""The classes of the example, and how many training pictures each has."""

POOL = ("Lime", "Satsumas", "Granny-Smith", "Peach", "Mango", "Passion-Fruit", "Galia-Melon", "Leek")
EACH, POOLED = 12, 20
"""Pictures of a class that are tested on, and of a category of the pool."""

needs_grocery = pytest.mark.skipif(not GROCERY.is_dir(), reason="the Grocery Store Dataset is not at ../shared/data")


@dataclass(slots=True)
class Newcomer:
    """A clone that somebody works in, what they have set, and what each block of the tutorial said."""

    folder: Path
    environment: Mapping[str, str]
    said: list[str] = field(default_factory=list)

    def give(self, block: str) -> None:
        """Run a block as a shell would, to the first command that fails."""
        done = subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", block], cwd=self.folder, env=dict(self.environment),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\nended with {done.returncode}:\n{done.stdout}"
        self.said.append(done.stdout)


def _copy(split: str, counts: Mapping[str, int], to: Path) -> None:
    """Folders by class, of the first pictures of each on Grocery's list."""
    names = {int(row[1]): row[0] for row in list(csv.reader((GROCERY / "classes.csv").open()))[1:]}
    left = dict(counts)
    for line in (GROCERY / f"{split}.txt").read_text().splitlines():
        path, label, _ = (part.strip() for part in line.split(","))
        if left.get(name := names[int(label)], 0):
            left[name] -= 1
            (to / name).mkdir(parents=True, exist_ok=True)
            (to / name / Path(path).name).write_bytes((GROCERY / path).read_bytes())
    assert not any(left.values()), f"too few pictures of {left}"


@pytest.fixture(scope="module")
def newcomer(prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    """The project's files in a folder of the test's own, with the data set and the pool beside it; all blocks run."""
    top = tmp_path_factory.mktemp("newcomer")
    _copy("train", TAIL, top / "pictures" / "train")
    _copy("test", dict.fromkeys(TAIL, EACH), top / "pictures" / "test")
    _copy("train", dict.fromkeys(POOL, POOLED), top / "pool")
    clone = top / "clone"
    clone.mkdir()
    for entry in PROJECT.iterdir():
        if entry.name not in ("runs", ".git", ".venv"):
            (clone / entry.name).symlink_to(entry)
    (clone / ".venv").symlink_to(sys.prefix)
    given = {"PICTURES": str(top / "pictures"), "POOL": str(top / "pool"), "WEIGHTS": str(WEIGHTS)}
    someone = Newcomer(clone, {**os.environ, **given, "PREFECT_API_URL": prefect_server, "COLUMNS": "200"})
    for block in blocks(TUTORIAL, "sh"):
        someone.give(block)
    return someone


@needs_grocery
@pytest.mark.slow
def test_every_command_of_the_tutorial_does_what_the_text_says(newcomer: Newcomer) -> None:
    """Names first, then a table with both arms, a card, marks that run select and what follows it, and answers."""
    written, planned, named, ran, looked, marked, exported = newcomer.said
    assert written == ""
    assert "it was never finished" in planned
    assert "granny smith" in Path(newcomer.folder, "runs/mine/neighbors.csv").read_text()
    assert "neighbors" in named
    assert re.search(r"targets_only .*\n.*silenced ", ran)
    assert "gain of silenced" in ran
    assert "Neighbor categories of mine" in looked
    assert "the marks of select.overrides have changed" in marked
    assert "7 classes" in exported
    answers = list(csv.DictReader(Path(newcomer.folder, "runs/mine/answers.csv").read_text().splitlines()))
    assert len({row[next(iter(row))] for row in answers}) == TAIL["Papaya"]


@needs_grocery
@pytest.mark.slow
def test_the_refused_neighbor_is_in_the_first_shards_alone(newcomer: Newcomer) -> None:
    """And the pool's leeks, which nobody named, are in none."""
    sheets = [path.read_text() for path in Path(newcomer.folder, "runs/mine/shard").glob("*/classes.csv")]
    assert sorted("mango" in sheet for sheet in sheets) == [False, True]
    assert all("lime" in sheet and "leek" not in sheet for sheet in sheets)


def _sections() -> Iterator[tuple[str, object]]:
    for block in blocks(TUTORIAL, "yaml"):
        yield from yaml.safe_load(block).items()


def test_the_other_sections_are_of_a_recipe() -> None:
    """Each takes the place of one in the tutorial's recipe, which then is a whole one; nothing is asked of the web."""
    shell = "".join(blocks(TUTORIAL, "sh"))
    [recipe] = re.findall(r"mine\.yaml <<'END'\n(.*?)^END$", shell, re.DOTALL | re.MULTILINE)
    sections = list(_sections())
    assert [name for name, _ in sections] == ["neighbors", "crawl", "embed"]
    for name, section in sections:
        Recipe.model_validate({**yaml.safe_load(recipe), name: section})
