"""Where the marks of the page's two charts lie, in the units of their drawing; the template only draws."""

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.report.page import GROUPS, Arm, Curve, Report

WIDTH, HEIGHT = 1080, 240
"""Units of a chart's plane; 100% is its upper edge."""

FILLED = 0.78
"""Share of a group's width that its bars take."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One arm's accuracy over one group, [0, 1]; `arm` numbers the arms."""

    arm: int
    title: str
    accuracy: float
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """One arm's validation accuracy over its steps, as SVG's list of points."""

    arm: int
    title: str
    points: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The marks of both charts; `steps` is where the lines' plane ends."""

    bars: Sequence[Bar]
    lines: Sequence[Line]
    steps: int
    width: int = WIDTH
    height: int = HEIGHT


def bars(arms: Sequence[Arm]) -> list[Bar]:
    """A group of bars for each of GROUPS, one bar an arm; where an arm has no score, there is a gap."""
    room = WIDTH / len(GROUPS)
    width = FILLED * room / max(1, len(arms))
    found = []
    for number, arm in enumerate(arms):
        for place, (group, score) in enumerate(zip(GROUPS, arm.scores, strict=True)):
            if score is not None:
                x, height = (place + (1 - FILLED) / 2) * room + number * width, score.accuracy * HEIGHT
                found.append(
                    Bar(number, f"{arm.name}, {group}", score.accuracy, x + 1, HEIGHT - height, width - 2, height)
                )
    return found


def last_step(curves: Sequence[Curve]) -> int:
    """The last step at which any arm was looked at."""
    return max((step for curve in curves for step, _ in curve.points), default=1)


def lines(curves: Sequence[Curve]) -> list[Line]:
    """A line for each arm that has been looked at twice or more; the longest run fills the width."""
    longest = last_step(curves)
    return [
        Line(
            number,
            curve.arm,
            " ".join(f"{step / longest * WIDTH:.1f},{(1 - y) * HEIGHT:.1f}" for step, y in curve.points),
        )
        for number, curve in enumerate(curves)
        if len(curve.points) > 1
    ]


def chart(report: Report) -> Chart:
    """Both charts of a report; without training they are empty."""
    if report.training is None:
        return Chart((), (), 1)
    arms, curves = report.training.arms, report.training.curves
    return Chart(bars(arms), lines(curves), last_step(curves))
