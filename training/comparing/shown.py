"""A comparison in the terminal: what every arm came to, and what it gained."""

import math
from collections.abc import Sequence

from rich.table import Table

from training.comparing.statistics import Interval
from training.comparing.summary import Outcomes, differences, figures, groups_of
from training.comparing.trials import ALONE, Outcome

CAPTION = "calibration error: expected, in points; near errors: the share that went to a class with a common neighbor"


def _with_error(told: tuple[float, float] | None) -> str:
    if told is None:
        return "-"
    mean, error = told
    return f"{mean:.1f} ± {error:.1f}" if math.isfinite(error) else f"{mean:.1f}"


def _with_interval(told: Interval) -> str:
    if not math.isfinite(told.low):
        return f"{told.mean:+.1f}"
    return f"{told.mean:+.1f} [{told.low:+.1f}, {told.high:+.1f}]"


def _volume(rows: Sequence[Outcome]) -> str:
    """Pictures an epoch adds, and of how many where there were not enough."""
    first = rows[0]
    return f"{first.added:,} of {first.wanted:,}" if 0 < first.added < first.wanted else f"{first.added:,}"


def _accuracies(outcomes: Outcomes, names: Sequence[str], title: str) -> Table:
    groups = groups_of(outcomes)
    table = Table(title, *groups, "calibration error", "near errors", "added an epoch", caption=CAPTION)
    for name in names:
        told = figures(outcomes[name])
        columns = [*groups, "calibration_error", "near_errors"]
        cells = [_with_error(told.get(column)) for column in columns]
        table.add_row(name.removeprefix(ALONE), *cells, _volume(outcomes[name]))
    return table


def _gains(outcomes: Outcomes) -> Table:
    table = Table("difference, points [95% interval]", *groups_of(outcomes))
    for one in differences(outcomes):
        table.add_row(f"{one.after} - {one.before}", *map(_with_interval, one.groups.values()))
    return table


def tables(outcomes: Outcomes) -> tuple[Table, ...]:
    """Arms, the losses on targets alone where they were asked for, and the paired differences."""
    baselines = [name for name in outcomes if name.startswith(ALONE)]
    arms = [name for name in outcomes if name not in baselines]
    shown = [_accuracies(outcomes, arms, "test, % (mean ± standard error)")]
    if baselines:
        shown.append(_accuracies(outcomes, baselines, "targets only under"))
    return (*shown, _gains(outcomes)) if differences(outcomes) else tuple(shown)
