"""Every candidate's scores: what it is like, and what models and scorers say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from storage.records import Decision, DropReason, Neighbor
from tasks.select.agreement import agreement, centrality
from tasks.select.labeled import Labeled
from tasks.select.name_ranks import name_ranks
from tasks.select.seen import Seen
from tasks.select.similarity import similarity
from vision.rows import Rows
from vision.vectors import Vectors

Decisions = Sequence[Decision]


def pictures_of(rows: Decisions, vectors: Vectors) -> Labeled:
    """Readable rows as pictures of their categories; a category is never called as a target class is."""
    places = vectors.places
    return Labeled(
        vectors.rows.take(np.array([places[row.digest] for row in rows], np.int64)),
        np.array([f"category {row.neighbor}" for row in rows], dtype=object),
        np.array([row.group for row in rows], dtype=object),
    )


def _of_category(
    rows: Decisions, asked: Labeled, parents: Sequence[int], by_label: Mapping[int, np.ndarray], among: int
) -> list[Decision]:
    """One category's readable rows; what is dropped already is measured, but has no vote."""
    voters = asked.where(np.array([row.reason is None for row in rows], bool))
    likeness = similarity(asked.matrix[:], parents, by_label)
    close, central = agreement(asked, voters, among), centrality(asked, voters)
    return [
        replace(row, similarity=float(one), agreement=float(two), centrality=float(three))
        for row, one, two, three in zip(rows, likeness, close, central, strict=True)
    ]


def _with_names(rows: Decisions, seen: Seen, names: Mapping[str, np.ndarray]) -> list[Decision]:
    """The rows with how well their categories' names fit them, where a model has read those."""
    if seen.beside_texts is None:
        return list(rows)
    places = seen.vectors.places
    held = np.array([places[row.digest] for row in rows], np.int64)
    ranks = name_ranks(Rows.of(seen.beside_texts).take(held), [row.neighbor for row in rows], names)
    return [replace(row, name_rank=float(rank)) for row, rank in zip(rows, ranks, strict=True)]


def _with_scores(row: Decision, seen: Seen) -> Decision:
    scores = sorted(seen.scores.get(row.digest, {}).items())
    return replace(row, scorers=tuple(name for name, _ in scores), scores=tuple(score for _, score in scores))


def measured(
    rows: Decisions, seen: Seen, target_names: Mapping[str, np.ndarray], neighbors: Sequence[Neighbor],
    by_label: Mapping[int, np.ndarray], among: int,
) -> list[Decision]:  # fmt: skip
    """The rows, in their order, with their scores; those that are unreadable have none."""
    parents = {neighbor.name: neighbor.parents for neighbor in neighbors if neighbor.reason is None}
    readable = [row for row in rows if row.reason is not DropReason.UNREADABLE]
    pictures, found = pictures_of(readable, seen.vectors), list[Decision]()
    for _, members in pictures.by_class():
        held = [readable[at] for at in members]
        found += _of_category(held, pictures.where(members), parents.get(held[0].neighbor, ()), by_label, among)
    found = _with_names(found, seen, {**seen.names, **target_names})
    by_key = {(row.key, row.neighbor): _with_scores(row, seen) for row in found}
    return [by_key.get((row.key, row.neighbor), row) for row in rows]
