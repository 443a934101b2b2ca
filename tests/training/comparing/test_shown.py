"""What a comparison looks like in a terminal."""

import io
from collections.abc import Iterator

import pytest
from rich.console import Console

from training.comparing.shown import tables
from training.comparing.summary import Outcomes, by_name
from training.comparing.trials import ALONE, Outcome
from training.config import Arm, LossName


def _outcomes() -> Iterator[Outcome]:
    groups = ("all", "many", "medium", "few")
    for seed in (0, 1, 2):
        for place, name in enumerate([*map(str, Arm), f"{ALONE}{LossName.BALANCED_SOFTMAX}"]):
            accuracy = dict.fromkeys(groups, 60.0 + place + seed * (1 + place) / 7)
            yield Outcome(name, seed, accuracy, 12.3, 45.6, 1_051, 1_060)


@pytest.fixture
def outcomes() -> Outcomes:
    """Three seeds of every arm, whose accuracies rise with the arm and with the seed."""
    return by_name(_outcomes())


def _lines(outcomes: Outcomes) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=80)
    for table in tables(outcomes):
        console.print(table)
    return out.getvalue().splitlines()


def test_every_row_is_one_line_of_80_columns(outcomes: Outcomes) -> None:
    """Eight arms, four groups and errors fit a terminal as it opens: no cell is wrapped or cut."""
    lines = _lines(outcomes)
    for arm in Arm:
        rows = [line for line in lines if line.split()[:1] == [str(arm)] and " - " not in line]
        assert [row.count("±") for row in rows] == [4, 2, 4][: 2 if arm is Arm.TARGETS_ONLY else 3]
        assert rows[1].rstrip().endswith("1,051 of 1,060")
    assert all(len(line) <= 80 and "…" not in line for line in lines)


def test_differences_are_told_with_the_reach_of_their_interval(outcomes: Outcomes) -> None:
    """Silenced lies 8/7 above unsilenced in the mean, 1/7 more a seed: t(2) = 4.30 standard errors to both sides."""
    row = next(line for line in _lines(outcomes) if line.split()[:3] == ["silenced", "-", "unsilenced"])
    assert row.split()[3:6] == ["+1.1", "±", "0.4"]


def test_one_seed_has_no_interval(outcomes: Outcomes) -> None:
    """Of one seed the tables show values alone."""
    lines = _lines({name: rows[:1] for name, rows in outcomes.items()})
    row = next(line for line in lines if line.split()[:3] == ["silenced", "-", "unsilenced"])
    assert row.split()[3:] == ["+1.0"] * 4
