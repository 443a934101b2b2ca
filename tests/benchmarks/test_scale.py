"""What the benchmark of growth measures, and how it is told."""

import math
from pathlib import Path

import pytest

from benchmarks.scale import DEEP, WIDE, growth, linearithmic, measured


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_growth_is_the_exponent_of_a_power(power: float) -> None:
    """Whatever the factor before it, and blind to all sizes but the last two."""
    rows = [100, 1_000, 20_000]
    assert math.isclose(growth(rows, [99.0, *(3 * n**power for n in rows[1:])]), power)


def test_n_log_n_grows_a_little_faster_than_n() -> None:
    """By less, the larger the sizes are."""
    assert 1 < linearithmic([100_000, 1_000_000]) < linearithmic([1_000, 10_000]) < 1.2


@pytest.mark.slow  # a process a stage, each of which loads torch
def test_every_stage_runs_on_a_generated_run_and_has_a_peak(tmp_path: Path) -> None:
    """Each has taken time and memory, and nothing of the run is left."""
    took = measured(tmp_path / "run", 300)
    assert list(took) == [*WIDE, *DEEP]
    assert all(each.seconds > 0 and each.peak_mb > 100 for each in took.values())
    assert not (tmp_path / "run").exists()
