"""What each bound would keep at other values than its own, and how right that would be where truth is known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from storage.records import Bounded, Decision, DropReason
from tasks.select.bounds import Check, checks, margin_check
from tasks.select.config import SelectConfig

UNTOLD = (DropReason.UNREADABLE, DropReason.LEAK, DropReason.REJECTED, DropReason.HELD_EARLIER)
"""Reasons that no bound on a score could lift."""

STEPS = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75)
"""The share of candidates that each value tried for a bound would drop by itself."""

Truth = Mapping[tuple[str, str], bool]
"""Whether a candidate, by key and category, is a picture of its category that may be kept."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What would be kept if a bound had this value and all others stayed: copies count once, before `select.cap`.

    `value` is None for the bound as it is, which may differ by category. Precision is over what is
    kept and labelled, recall over what is labelled right; None where nothing is labelled so.
    """

    bound: str
    value: float | None
    kept: int
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """One bound over the candidates that all other bounds let pass."""

    bound: str
    values: np.ndarray
    passes: np.ndarray
    lower: bool
    groups: np.ndarray


def _all_checks(row: Decision, bounded: Bounded, config: SelectConfig) -> list[Check]:
    return [*checks(row, bounded, config), margin_check(row, config)]


def _bounds_of(asked: Sequence[Sequence[Check]]) -> Iterator[tuple[int, bool]]:
    """The place of every check that bounds anything, and whether it does from below; one may do both."""
    for place in range(len(asked[0])):
        if any(isfinite(found[place].least) for found in asked):
            yield place, True
        if any(isfinite(found[place].most) for found in asked):
            yield place, False


def _labels(rows: Sequence[Decision], truth: Truth) -> dict[str, float]:
    """What is known of every group of copies, 1 or 0: by the label of its first row that has one."""
    found: dict[str, float] = {}
    for row in rows:
        if (right := truth.get((row.key, row.neighbor))) is not None:
            found.setdefault(row.group, float(right))
    return found


def _asked(rows: Sequence[Decision], asked: Sequence[Sequence[Check]], place: int, lower: bool) -> _Asked:
    free = [at for at, found in enumerate(asked) if not any(c.objection for i, c in enumerate(found) if i != place)]
    name = f"{'least' if lower else 'most'} {asked[0][place].name}"
    return _Asked(
        name,
        np.array([asked[at][place].value for at in free]),
        np.array([not asked[at][place].objection for at in free], bool),
        lower,
        np.array([rows[at].group for at in free], dtype=str),
    )


def _tried(held: _Asked, value: float | None, labels: Mapping[str, float]) -> Tried:
    passes = held.passes if value is None else held.values >= value if held.lower else held.values <= value
    groups, all_right = set(held.groups[passes].tolist()), sum(labels.values())
    known = [labels[group] for group in groups if group in labels]
    precision = sum(known) / len(known) if known else None
    return Tried(held.bound, value, len(groups), precision, sum(known) / all_right if all_right else None)


def calibrate(rows: Sequence[Decision], bounded: Sequence[Bounded], config: SelectConfig, truth: Truth) -> list[Tried]:
    """Every bound in use, as it is and at values that would drop STEPS of the candidates.

    Which of several copies is kept, and who is whose rival, are taken as they were decided.
    """
    by_name = {one.neighbor: one for one in bounded}
    # What is kept stands for its copies, whatever their names.
    readable = sorted((row for row in rows if row.reason not in UNTOLD), key=lambda row: row.reason is not None)
    if not readable:
        return []
    asked = [_all_checks(row, by_name[row.neighbor], config) for row in readable]
    labels, found = _labels(readable, truth), list[Tried]()
    for place, lower in _bounds_of(asked):
        held = _asked(readable, asked, place, lower)
        steps = np.quantile([each[place].value for each in asked], STEPS if lower else [1 - step for step in STEPS])
        found += [_tried(held, value, labels) for value in (None, *map(float, steps))]
    return found
