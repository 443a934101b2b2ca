"""Targets, their neighbors and the names that were dropped, as the site's rows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from storage.records import Bounded, Crawled, Decision, Neighbor, NoResults, TargetClass, Unanswered
from tasks.report.site.choose import way
from tasks.report.site.scripts import columns


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target class; `unanswered` says why it was given no names, or is empty."""

    name: str
    train: int
    val: int
    test: int
    unanswered: str


@dataclass(frozen=True, slots=True)
class NeighborRow:
    """One kept neighbor; `parents` are places in the targets' list, `ended` counts its pictures by how they ended.

    `bounds` are what its pictures were judged by (least and most similarity, least agreement and centrality), None
    where nothing was bounded; `found` says that some source offered something.
    """

    name: str
    relation: str
    parents: tuple[int, ...]
    queries: tuple[str, ...]
    why: str
    model: str
    prompt: str
    fetched: int
    ended: Mapping[str, int]
    found: bool
    bounds: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class DroppedRow:
    """One name that was proposed and dropped."""

    name: str
    parents: tuple[int, ...]
    reason: str
    detail: str
    why: str


@dataclass(frozen=True, slots=True)
class Names:
    """All that the site says of names; a neighbor's place in its list is its number everywhere."""

    targets: tuple[TargetRow, ...]
    neighbors: tuple[NeighborRow, ...]
    dropped: tuple[DroppedRow, ...]

    def data(self) -> dict[str, Any]:
        """The rows by column."""
        return {
            "targets": columns(self.targets, TargetRow), "neighbors": columns(self.neighbors, NeighborRow),
            "dropped": columns(self.dropped, DroppedRow),
        }  # fmt: skip


def _finite(value: float) -> float | None:
    """A bound that something can lie beyond: a cosine lies nowhere under -1."""
    return round(value, 4) if isfinite(value) and value > -1 else None


def _bounds(bounded: Bounded | None) -> tuple[float | None, ...]:
    if bounded is None:
        return (None,) * 4
    held = bounded.least_similarity, bounded.most_similarity, bounded.least_agreement, bounded.least_centrality
    return tuple(map(_finite, held))


def names_of(
    classes: Sequence[TargetClass],
    neighbors: Sequence[Neighbor],
    unanswered: Iterable[Unanswered],
    crawled: Iterable[Crawled],
    decisions: Iterable[Decision],
    bounded: Iterable[Bounded],
    nothing: Iterable[NoResults],
) -> Names:
    """The rows of a run; those of a stage that has not run are empty."""
    places = {target.label: place for place, target in enumerate(classes)}
    silent = {row.label: f"{row.reason}: {row.detail}" for row in unanswered}
    fetched, unfound = Counter(row.neighbor for row in crawled if row.digest), {row.neighbor for row in nothing}
    limits, ended = {row.neighbor: row for row in bounded}, defaultdict[str, Counter[str]](Counter)
    for decision in decisions:
        ended[decision.neighbor][way(decision)] += 1

    def parents(row: Neighbor) -> tuple[int, ...]:
        return tuple(places[label] for label in row.parents)

    return Names(
        tuple(TargetRow(one.name, one.train, one.val, one.test, silent.get(one.label, "")) for one in classes),
        tuple(
            NeighborRow(
                row.name, row.relation, parents(row), row.queries, row.why, row.model, row.prompt, fetched[row.name],
                dict(ended[row.name]), row.name not in unfound, _bounds(limits.get(row.name)),
            )
            for row in sorted(neighbors, key=lambda row: row.name)
            if row.reason is None
        ),
        tuple(
            DroppedRow(row.name, parents(row), row.reason, row.detail, row.why)
            for row in sorted(neighbors, key=lambda row: row.name)
            if row.reason is not None
        ),
    )  # fmt: skip
