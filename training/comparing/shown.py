"""A comparison in the terminal: what every arm came to, and what it gained."""

import math
from collections.abc import Sequence

from rich import box
from rich.table import Table

from training.comparing.statistics import Interval
from training.comparing.summary import Outcomes, differences, figures, groups_of
from training.comparing.trials import ALONE, Outcome
from training.config import Arm

CAPTION = "ECE: calibration error, in points; near: share of the errors that go to a class with a common neighbor"
BOX = box.SIMPLE_HEAD  # lines between columns would push four groups past 80 characters


def _with_error(told: tuple[float, float] | None) -> str:
    if told is None:
        return "-"
    mean, error = told
    return f"{mean:.1f} ± {error:.1f}" if math.isfinite(error) else f"{mean:.1f}"


def _with_interval(told: Interval) -> str:
    """The mean and how far its interval reaches to both sides: Student's is symmetric."""
    if not math.isfinite(told.low):
        return f"{told.mean:+.1f}"
    return f"{told.mean:+.1f} ± {told.high - told.mean:.1f}"


def _volume(rows: Sequence[Outcome]) -> str:
    """Pictures an epoch adds, and of how many where there were not enough."""
    first = rows[0]
    return f"{first.added:,} of {first.wanted:,}" if 0 < first.added < first.wanted else f"{first.added:,}"


def _accuracies(outcomes: Outcomes, names: Sequence[str], title: str) -> Table:
    groups = groups_of(outcomes)
    table = Table("", *groups, title=f"{title}: test accuracy, mean ± standard error", box=BOX)
    for name in names:
        told = figures(outcomes[name])
        cells = [_with_error(told[group]) for group in groups]
        table.add_row(name.removeprefix(ALONE), *cells)
    return table


def _circumstances(outcomes: Outcomes) -> Table:
    """What every run's accuracy goes with: its errors, and the pictures that an epoch had more."""
    table = Table("", "ECE", "near, %", "added an epoch", box=BOX, caption=CAPTION)
    for name, rows in outcomes.items():
        told = figures(rows)
        errors = (_with_error(told.get(what)) for what in ("calibration_error", "near_errors"))
        table.add_row(name.removeprefix(ALONE), *errors, _volume(rows))
    return table


def _gains(outcomes: Outcomes) -> Table:
    title = "gain over targets_only in points, paired, ± to the ends of the 95% interval"
    table = Table("", *groups_of(outcomes), title=title, box=BOX)
    for one in differences(outcomes):
        over = "" if one.before == Arm.TARGETS_ONLY else f" - {one.before}"
        table.add_row(f"{one.after.removeprefix(ALONE)}{over}", *map(_with_interval, one.groups.values()))
    return table


def tables(outcomes: Outcomes) -> tuple[Table, ...]:
    """Arms, the losses on targets alone where they were asked for, what goes with them, and the paired differences."""
    baselines = [name for name in outcomes if name.startswith(ALONE)]
    arms = [name for name in outcomes if name not in baselines]
    shown = [_accuracies(outcomes, arms, "arms")]
    if baselines:
        shown.append(_accuracies(outcomes, baselines, "targets only, other losses"))
    shown.append(_circumstances(outcomes))
    return (*shown, _gains(outcomes)) if differences(outcomes) else tuple(shown)
