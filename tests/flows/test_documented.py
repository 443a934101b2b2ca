"""The commands of the documentation, given as they stand there, in a folder where its placeholders are files.

Those of the tutorial are run by `test_tutorial.py`.
"""

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from storage.latest import recall
from storage.manifest import read_rows
from storage.records import Crawled, Stage
from tests.documented import Command, commands
from tests.flows.conftest import World
from tests.markdown_blocks import PROJECT

PATIENCE = 300.0
"""Seconds that one command may take."""

ROOT = "runs/tiny"

ELSEWHERE = {
    "flows.up.furnish": "tests/flows/test_up.py, on a server of its own",
    "training.dry_run": "tests/training/test_dry_run.py, by make dry-runs",
    "s3://BUCKET/PREFIX": "tests/flows/test_s3.py, on a bucket",
    "recipes/demo.yaml": "make demo, with the sandbox beside it",
}
"""Commands of the product, told by one of their words, that are run by others; and by whom."""

CHEAP = ("flows.fields", "flows.plan", "flows.leaks")
"""They need nothing that the pipeline makes."""

EITHER = "x.csv|x.jsonl"
"""Two ways to write, of which one is taken."""


def _order(command: Command) -> bool:
    """What takes a picture down, and with it the stages that hold it, comes last."""
    return command.module == "flows.purge"


def _ours() -> Iterator[Command]:
    """The product's commands that have arguments, each once, in the order of the pages."""
    seen = set[tuple[str, ...]]()
    for each in commands():
        module = next((word for word in each.words if word.startswith(("flows.", "training."))), "")
        bare = each.quoted and module == each.words[-1] and module != "flows.fields"
        if each.page != "docs/tutorial.md" and module and not bare and each.words not in seen:
            seen.add(each.words)
            if "RECIPE" not in each.words and not ELSEWHERE.keys() & {*each.words}:
                yield each


OURS = sorted(_ours(), key=_order)


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who works in a folder of the project's files, with a server of their own."""

    folder: Path
    server: str

    def give(self, *words: str) -> str:
        """What a command says; it must end with 0."""
        found = {"python": sys.executable, "torchrun": str(Path(sys.executable).with_name("torchrun"))}
        rest = [word.partition("|")[0] if word == EITHER else word for word in words[1:]]
        environment = {**os.environ, "PREFECT_API_URL": self.server, "COLUMNS": "200", "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            [found[words[0]], *rest], cwd=self.folder, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{' '.join(words)}\nended with {done.returncode}:\n{done.stdout}"
        return done.stdout


@pytest.fixture(scope="module")
def somebody(prefect_server: str, world: World, tmp_path_factory: pytest.TempPathFactory) -> Somebody:
    """The project's files, a recipe called NAME, and two data sets."""
    clone = tmp_path_factory.mktemp("documented")
    for entry in PROJECT.iterdir():
        if entry.name not in ("runs", ".git", ".venv", "recipes"):
            (clone / entry.name).symlink_to(entry)
    (clone / "recipes").mkdir()
    tiny = {"base": str(world.recipe_path), "data_root": ROOT}
    (clone / "recipes" / "NAME.yaml").write_text(yaml.safe_dump(tiny))
    for name, lies in {
        "TRAIN": "train/Kite",
        "TEST": "test/Wheel",
    }.items():  # none of one is a copy of one of the other
        (clone / name).symlink_to(world.grocery / lies)
    return Somebody(clone, prefect_server)


@pytest.mark.parametrize("command", [each for each in OURS if each.module in CHEAP], ids=str)
def test_what_asks_for_nothing_is_answered_before_a_run(command: Command, somebody: Somebody) -> None:
    """Plans and comparisons work on an empty data root, and say something."""
    assert somebody.give(*command.words).strip()


def _labelled(somebody: Somebody) -> str:
    """Write labels.csv of a finished run; the address of one of its pictures."""
    crawled = read_rows(recall(str(somebody.folder / ROOT), "tiny", Stage.CRAWL), Crawled)
    held = [row for row in crawled if row.digest]
    with (somebody.folder / "labels.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("url", "neighbor", "right"))
        writer.writerows((row.url, row.neighbor, 1) for row in held[:20])
    return held[0].url


@pytest.mark.slow
def test_all_others_go_on_from_what_the_pipeline_has_made(somebody: Somebody, world: World) -> None:
    """After a run, one after the other in the order of the pages: each takes what the ones before have left."""
    assert "gain of silenced" in somebody.give("python", "-m", "flows.pipeline", "recipes/NAME.yaml")
    url = _labelled(somebody)
    for name in ("PICTURES...", "PATHS..."):
        (somebody.folder / name).symlink_to(world.grocery)
    for command in OURS:
        if command.module not in CHEAP:
            assert somebody.give(*(url if word == "URL" else word for word in command.words)).strip(), command


def test_who_runs_the_rest_is_said_of_commands_that_are_there() -> None:
    """Nothing is said to be run elsewhere that no page names."""
    named = {word for each in commands() for word in each.words}
    assert set(ELSEWHERE) <= named
