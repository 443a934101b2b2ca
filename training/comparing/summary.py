"""What the outcomes of a comparison come to: means with standard errors, paired differences with intervals."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from training.comparing.statistics import Interval, mean_and_error, paired
from training.comparing.trials import Outcome
from training.config import Arm
from training.evaluate import GROUPS

Outcomes = Mapping[str, Sequence[Outcome]]
"""The outcomes of every trial's name, seed by seed."""


class Difference(NamedTuple):
    """Test accuracy of `after` less that of `before`, in points, by group."""

    after: str
    before: str
    groups: Mapping[str, Interval]


def by_name(outcomes: Iterable[Outcome]) -> Outcomes:
    """The outcomes under their trials' names, in the order of their first appearance."""
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.name, []).append(outcome)
    return found


def groups_of(outcomes: Outcomes) -> tuple[str, ...]:
    """The groups that have a class with test pictures: the same in every arm, as all are judged on the same."""
    first = next(iter(outcomes.values()))[0]
    return tuple(group for group in GROUPS if group in first.accuracy)


def differences(outcomes: Outcomes) -> tuple[Difference, ...]:
    """Every arm against the targets alone, and silencing against none."""
    pairs = [(name, str(Arm.TARGETS_ONLY)) for name in outcomes if name != Arm.TARGETS_ONLY]
    pairs.append((str(Arm.SILENCED), str(Arm.UNSILENCED)))
    return tuple(
        Difference(
            after, before,
            {
                group: paired(*([one.accuracy[group] for one in outcomes[name]] for name in (before, after)))
                for group in groups_of(outcomes)
            },
        )
        for after, before in pairs
        if after in outcomes and before in outcomes
    )  # fmt: skip


def figures(rows: Sequence[Outcome]) -> dict[str, tuple[float, float]]:
    """Means and standard errors over the seeds of one arm: accuracies by group, calibration error, near errors."""
    near = [row.near_errors for row in rows if row.near_errors is not None]
    return {
        **{group: mean_and_error([row.accuracy[group] for row in rows]) for group in rows[0].accuracy},
        "calibration_error": mean_and_error([row.calibration_error for row in rows]),
        **({"near_errors": mean_and_error(near)} if near else {}),
    }


def _numbers(names: Sequence[str], values: Sequence[float]) -> dict[str, float | None]:
    """Named numbers as JSON has them: none that is not finite."""
    found = zip(names, values, strict=True)
    return {name: round(value, 4) if math.isfinite(value) else None for name, value in found}


def as_json(outcomes: Outcomes) -> dict[str, Any]:
    """The whole comparison as plain JSON values; bounds that one seed does not give are null."""
    return {
        "seeds": [row.seed for row in next(iter(outcomes.values()))],
        "arms": {
            name: {
                **{what: _numbers(("mean", "se"), told) for what, told in figures(rows).items()},
                "added": [row.added for row in rows],
            }
            for name, rows in outcomes.items()
        },
        "differences": {
            f"{one.after} - {one.before}": {
                group: _numbers(Interval._fields, told) for group, told in one.groups.items()
            }
            for one in differences(outcomes)
        },
    }  # fmt: skip
