"""The bounds that a category's pictures are judged by, and what speaks against a picture by its scores."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from storage.errors import BadInput
from storage.records import Bounded, Decision, DropReason
from tasks.select.config import SelectConfig
from tasks.select.thresholds import NO_BOUND, rule


@dataclass(frozen=True, slots=True)
class TargetScores:
    """The target train pictures' own scores.

    `to_own` and `to_others` are cosines to the prototype of the others of their class and of every
    other class, `agreement` is with their own class.
    """

    to_own: np.ndarray
    to_others: np.ndarray
    agreement: np.ndarray


def _none_under(bound: float, nothing: float = NO_BOUND) -> float:
    """The bound, or minus infinity where nothing can lie under it."""
    return bound if bound > nothing else -inf


@dataclass(frozen=True, slots=True)
class Check:
    """One score of one picture and the bounds that it must lie in, or else it is dropped for `reason`."""

    reason: DropReason
    name: str
    value: float
    least: float = -inf
    most: float = inf

    @property
    def objection(self) -> str:
        """What speaks against the picture; empty where nothing does."""
        if not self.value >= self.least:  # so that what is no number does not pass
            return f"{self.name} {self.value:.3f} under {self.least:.3f}"
        return "" if self.value <= self.most else f"{self.name} {self.value:.3f} over {self.most:.3f}"


def _votes(members: Sequence[Decision], score: Callable[[Decision], float]) -> np.ndarray:
    """The scores of what is not dropped yet, copies as one."""
    return np.array(list({row.group: score(row) for row in members if row.reason is None}.values()))


def bounds(rows: Sequence[Decision], config: SelectConfig, of_targets: TargetScores) -> dict[str, Bounded]:
    """The bounds of every category, by its name; what is dropped already has no say in them."""
    by_category: dict[str, list[Decision]] = {}
    for row in rows:
        by_category.setdefault(row.neighbor, []).append(row)
    similar = rule(config.min_similarity, of_targets.to_others)
    most = rule(config.max_similarity, of_targets.to_own)(np.zeros(0))
    agreeing = rule(config.min_agreement, of_targets.agreement)
    central = rule(config.min_centrality, of_targets.to_own)
    return {
        name: Bounded(
            name,
            similar(_votes(members, lambda row: row.similarity)),
            most if most > NO_BOUND else inf,
            agreeing(_votes(members, lambda row: row.agreement)),
            central(_votes(members, lambda row: row.centrality)),
        )
        for name, members in by_category.items()
    }


def _by_scorers(row: Decision, config: SelectConfig) -> Iterator[Check]:
    held = dict(zip(row.scorers, row.scores, strict=True))
    for scorer, limits in config.scores.items():
        if scorer not in held:
            raise BadInput(
                f"select.scores.{scorer}: no scorer of that name has looked at the pictures",
                f"add it to embed.scorers, or take it out; there are: {', '.join(held) or 'none'}",
            )
        least, most = limits.least, limits.most
        yield Check(
            DropReason.BY_SCORER, scorer, held[scorer], -inf if least is None else least, inf if most is None else most
        )


def checks(row: Decision, bounded: Bounded, config: SelectConfig) -> Iterator[Check]:
    """What is asked of a picture's scores, in the order in which a reason is given."""
    yield Check(DropReason.UNLIKE_PARENTS, "similarity", row.similarity, least=_none_under(bounded.least_similarity))
    yield Check(DropReason.TOO_LIKE_PARENTS, "similarity", row.similarity, most=bounded.most_similarity)
    yield Check(DropReason.UNLIKE_CATEGORY, "agreement", row.agreement, least=_none_under(bounded.least_agreement))
    yield Check(
        DropReason.FAR_FROM_PROTOTYPE, "centrality", row.centrality, least=_none_under(bounded.least_centrality)
    )
    if row.name_rank is not None:
        yield Check(DropReason.UNLIKE_NAME, "name rank", row.name_rank, most=config.max_name_rank)
    yield from _by_scorers(row, config)


def margin_check(row: Decision, config: SelectConfig) -> Check:
    """What is asked of a picture's margin, once it is known who could be its rivals."""
    return Check(DropReason.LIKE_ANOTHER_CLASS, "margin", row.margin, least=_none_under(config.min_margin, nothing=-2))


def bounded_rows(rows: Sequence[Decision], by_name: Mapping[str, Bounded], config: SelectConfig) -> list[Decision]:
    """The rows with the first thing that speaks against each, where something does."""

    def judged(row: Decision) -> Decision:
        if row.reason is not None:
            return row
        failed = next((check for check in checks(row, by_name[row.neighbor], config) if check.objection), None)
        return replace(row, reason=failed.reason, detail=failed.objection) if failed else row

    return [judged(row) for row in rows]
