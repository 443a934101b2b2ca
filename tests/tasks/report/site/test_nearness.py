"""How near a verdict was to being another one."""

from dataclasses import replace
from math import inf

import pytest

from storage.records import Bounded, Decision, DropReason
from tasks.report.site.nearness import NO_MARGIN, Limits, least_margin, nearness

LIMITS = Limits({"lime": Bounded("lime", 0.2, 0.9, 0.5, -1.0)}, 0.0, 0.25)
ONE = Decision("k", "lime", "d", None, 0.6, agreement=0.8, centrality=0.1, margin=0.15, name_rank=0.05)


def test_a_kept_picture_is_as_near_as_its_tightest_score() -> None:
    """Here its margin; a centrality of -1 bounds nothing."""
    assert nearness(ONE, LIMITS) == pytest.approx(0.15)
    assert nearness(replace(ONE, margin=1.0), LIMITS) == pytest.approx(0.2), "its name's rank, 0.05 of 0.25"


@pytest.mark.parametrize(
    ("reason", "fields", "beyond"),
    [
        (DropReason.UNLIKE_PARENTS, {"similarity": 0.1}, -0.1),
        (DropReason.TOO_LIKE_PARENTS, {"similarity": 0.95}, -0.05),
        (DropReason.UNLIKE_CATEGORY, {"agreement": 0.2}, -0.3),
        (DropReason.LIKE_ANOTHER_CLASS, {"margin": -0.4}, -0.4),
        (DropReason.UNLIKE_NAME, {"name_rank": 0.75}, -0.5),
    ],
)
def test_a_rejected_picture_is_told_by_the_score_that_decided(
    reason: DropReason, fields: dict[str, float], beyond: float
) -> None:
    """Below 0, whatever its other scores are."""
    assert nearness(replace(ONE, reason=reason, **fields), LIMITS) == pytest.approx(beyond)  # type: ignore[arg-type]  # floats alone


@pytest.mark.parametrize("reason", [DropReason.LEAK, DropReason.DUPLICATE, DropReason.UNREADABLE, DropReason.OVER_CAP])
def test_what_no_bound_decided_is_no_borderline_case(reason: DropReason) -> None:
    """A copy is one, however its scores lie."""
    assert nearness(replace(ONE, reason=reason), LIMITS) is None


def test_without_bounds_nothing_is_near() -> None:
    """Nor is a bound one that nothing can lie beyond."""
    open_wide = Limits({"lime": Bounded("lime", -1.0, inf, -1.0, -1.0)}, NO_MARGIN, None)
    assert (nearness(ONE, Limits({}, None, None)), nearness(ONE, open_wide)) == (None, None)
    assert (least_margin(open_wide), least_margin(LIMITS)) == (None, 0.0)
