"""Rows of a benchmark's table and of its JSON: means over seeds, each with its standard error."""

import math
from collections.abc import Mapping, Sequence

from training.comparing.statistics import mean_and_error

Row = dict[str, str | float | None]
Numbers = dict[str, float | None]


def rounded(value: float, digits: int = 2) -> float | None:
    """The number as JSON holds it, which has no NaN: what one seed cannot tell is null."""
    return None if math.isnan(value) else round(value, digits)


def with_errors(values: Mapping[str, Sequence[float]], digits: int = 2) -> Numbers:
    """The mean of each, over the seeds, under its name, and its standard error under `name_se`."""
    row: Numbers = {}
    for name, each in values.items():
        mean, error = mean_and_error(each)
        row |= {name: rounded(mean, digits), f"{name}_se": rounded(error, digits)}
    return row


def number(row: Mapping[str, str | float | None], name: str) -> float:
    """The number of that name, NaN for null."""
    value = row[name]
    return math.nan if value is None else float(value)


def shown(row: Mapping[str, str | float | None], name: str, sign: str = "", digits: int = 1) -> str:
    """A mean with its error for a table, alone where one seed has none."""
    mean, error = number(row, name), number(row, f"{name}_se")
    return f"{mean:{sign}.{digits}f}" + ("" if math.isnan(error) else f" ± {error:.{digits}f}")


def shown_interval(row: Row, name: str) -> str:
    """A difference with its interval for a table, of `name_mean`, `name_low` and `name_high`."""
    mean, low, high = (number(row, f"{name}_{bound}") for bound in ("mean", "low", "high"))
    return f"{mean:+.1f}" + ("" if math.isnan(low) else f" ({low:+.1f} to {high:+.1f})")
