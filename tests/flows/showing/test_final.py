"""The final table in the Prefect UI says what the terminal says, with the keys, and nothing twice."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from flows.showing.final import final_page
from flows.summary import BECAME, KEY, Grid, grids, show
from storage.records import Accuracy, Split, Stage, StageRef
from tests.tasks.report.stages import Tables, crawled, decision, finish

ROWS = [crawled(number) for number in range(6)]
ACCURACY = [
    *(Accuracy(arm, "all", score, 3, Split.VAL) for arm, score in (("targets_only", 0.5), ("silenced", 0.75))),
    *(Accuracy(arm, "few", score, 1) for arm, score in (("targets_only", 0.2), ("silenced", 0.6))),
]


@pytest.fixture
def refs(tmp_path: Path) -> list[StageRef]:
    """A run whose first stage was whole already."""
    done = finish(str(tmp_path), Tables(ROWS, [decision(row) for row in ROWS], ACCURACY))
    return [replace(done[0], reused=True), *done[1:]]


def _line(page: str, begin: str) -> list[str]:
    (line,) = [line for line in page.splitlines() if line.startswith(f"| {begin} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_every_stage_has_its_line_with_key(refs: list[StageRef]) -> None:
    """In, out, seconds, whether it was executed, and the key that its folder is named by."""
    page = final_page(refs, "")
    assert _line(page, "stage") == ["stage", "in", "out", "seconds", "run", "key"]
    assert _line(page, "targets") == ["targets", "", "9", "1.5", "cached", f"`{refs[0].key}`"]
    assert _line(page, "crawl") == ["crawl", "6", "6", "1.5", "executed", f"`{refs[2].key}`"]


def test_accuracy_gain_cost_and_places_stand_below(refs: list[StageRef]) -> None:
    """By arm and group, the gain of the arm that validation chose, tokens, and where checkpoints lie."""
    page = final_page(refs, "Mind the *gap*.")
    assert page.startswith(r"Mind the \*gap\*.")
    assert _line(page, r"targets\_only")[1:] == ["50.0", "-", "-", "-", "20.0"]
    assert _line(page, "**gain of silenced**")[-1] == "**+40.0**"
    assert "- asked for names: 1,234 tokens" in page
    assert f"0 checkpoints: `{refs[-1].uri}`" in page
    assert "no stage was executed" not in page


def test_a_run_that_executed_nothing_says_so(refs: list[StageRef]) -> None:
    """A warm run has its table too."""
    assert "- no stage was executed" in final_page([replace(ref, reused=True) for ref in refs], "")


def test_the_terminal_shows_the_same_without_the_keys(refs: list[StageRef]) -> None:
    """One source for both; a terminal has no room for keys."""
    console = Console(record=True, width=200, file=io.StringIO())
    show(refs, "", console)
    text = console.export_text()
    for cell in (cell for grid in grids(refs) for row in grid.without(KEY).rows for cell in row):
        assert cell in text
    assert refs[0].key not in text.replace(refs[0].uri, "")
    assert "asked for names: 1,234 tokens" in text


def test_a_grid_without_a_column_keeps_the_others() -> None:
    """The column goes from every row; one that is not there changes nothing."""
    grid = Grid("", ("stage", BECAME, KEY), ((Stage.CRAWL, "6 fetched", "k"),))
    assert grid.without(BECAME) == Grid("", ("stage", KEY), ((Stage.CRAWL, "k"),))
    assert grid.without("other") == grid
