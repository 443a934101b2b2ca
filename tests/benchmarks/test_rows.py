"""Rows of means: what one seed cannot tell is null, and nothing else is."""

import json
import math

from benchmarks.rows import number, shown, shown_interval, with_errors


def test_one_seed_has_a_mean_and_no_error() -> None:
    """JSON has no NaN, and an error of 0 would be a lie."""
    row = with_errors({"drop": [3.0]})
    assert json.dumps(row, allow_nan=False) == '{"drop": 3.0, "drop_se": null}'
    assert math.isnan(number(row, "drop_se"))
    assert shown(row, "drop", "+") == "+3.0"


def test_several_seeds_have_both() -> None:
    """The standard error of the mean, rounded as the mean is."""
    row = with_errors({"drop": [2.0, 4.0]})
    assert row == {"drop": 3.0, "drop_se": 1.0}
    assert shown(row, "drop") == "3.0 ± 1.0"


def test_an_interval_is_shown_where_there_is_one() -> None:
    """One seed has a difference and no bounds."""
    assert (
        shown_interval({"spared_mean": 1.0, "spared_low": -0.5, "spared_high": 2.5}, "spared") == "+1.0 (-0.5 to +2.5)"
    )
    assert shown_interval({"spared_mean": 1.0, "spared_low": None, "spared_high": None}, "spared") == "+1.0"
