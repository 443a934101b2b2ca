"""How near a verdict was to being another one."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite

from storage.records import Bounded, Decision, DropReason

NO_BOUND = -1.0
"""The least cosine that asks nothing: no cosine lies under it."""

NO_MARGIN = -2.0
"""The least margin that asks nothing: no two cosines lie further apart."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What pictures were judged by: bounds of their category, and those that hold for all."""

    by_neighbor: Mapping[str, Bounded]
    least_margin: float | None
    most_name_rank: float | None


def least_margin(limits: Limits) -> float | None:
    """The margin that all pictures must have; None where none is asked for."""
    asked = limits.least_margin is not None and limits.least_margin > NO_MARGIN
    return limits.least_margin if asked else None


def _over(cosine: float, least: float) -> float:
    """How far a cosine lies over its least; infinitely far where that asks nothing."""
    return cosine - least if least > NO_BOUND else inf


def slacks(decision: Decision, limits: Limits) -> dict[DropReason, float]:
    """By how much each score lies within its bound, negative where beyond it; no bound, no number."""
    found: dict[DropReason, float] = {}
    if bounded := limits.by_neighbor.get(decision.neighbor):
        found[DropReason.UNLIKE_PARENTS] = _over(decision.similarity, bounded.least_similarity)
        found[DropReason.TOO_LIKE_PARENTS] = bounded.most_similarity - decision.similarity
        found[DropReason.UNLIKE_CATEGORY] = _over(decision.agreement, bounded.least_agreement)
        found[DropReason.FAR_FROM_PROTOTYPE] = _over(decision.centrality, bounded.least_centrality)
    if (least := least_margin(limits)) is not None:
        found[DropReason.LIKE_ANOTHER_CLASS] = decision.margin - least
    if limits.most_name_rank is not None and decision.name_rank is not None:
        found[DropReason.UNLIKE_NAME] = limits.most_name_rank - decision.name_rank
    return {reason: slack for reason, slack in found.items() if isfinite(slack)}


def nearness(decision: Decision, limits: Limits) -> float | None:
    """How far the score that decided, or for a kept picture the tightest one, lies from its bound.

    Below 0 beyond it; None where no bound decided (a copy, say).
    """
    held = slacks(decision, limits)
    if decision.reason is None:
        return min(held.values(), default=None)
    return held.get(decision.reason)
