"""One verdict on every fetched candidate.

The reasons are tried in this order. `unreadable`, since nothing else is known then. `leak`,
since a copy of a target picture must be reported as one whatever else it is. Then what the
picture shows: `unlike_parents`, `too_like_parents`, `unlike_category`, and among those that are
left `like_another_class`, so that off-topic pictures are nobody's rivals. Then `duplicate`, among
those that would be kept, so that a dropped picture never stands for a kept one. Last `over_cap`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from storage.records import Crawled, Decision, DropReason, Neighbor, Split, TargetPicture
from tasks.select.config import SelectConfig
from tasks.select.duplicates import copy_groups, drop_duplicates, size_order
from tasks.select.leaks import drop_leaks, find_leaks
from tasks.select.rivals import Labeled, margins, one_of_each, together
from tasks.select.similarity import agreement, prototypes, similarity
from vision.vectors import Vectors


def _scored(
    candidates: Iterable[Crawled], vectors: Vectors, neighbors: Iterable[Neighbor], by_label: Mapping[int, np.ndarray]
) -> list[Decision]:
    """The candidates in key order with their similarity; those without a vector are unreadable."""
    places, rows = vectors.places, []
    parents = {neighbor.name: neighbor.parents for neighbor in neighbors if neighbor.reason is None}
    for row in sorted(candidates, key=lambda row: (row.key, row.neighbor)):
        place, found = places.get(row.digest or ""), 0.0
        if place is not None:
            found = similarity(vectors.matrix[place], parents.get(row.neighbor, ()), by_label)
        reason = DropReason.UNREADABLE if place is None else None
        rows.append(Decision(row.key, row.neighbor, row.digest or "", reason, found, "", 0.0, ""))
    return rows


def _open(rows: Iterable[Decision]) -> list[str]:
    """The digests of which nothing bad is known yet, each once, in an order of their own."""
    return sorted({row.digest for row in rows if row.reason is None})


def _with_agreement(
    rows: Sequence[Decision], vectors: Vectors, groups: Mapping[str, str], among: int
) -> list[Decision]:
    """The rows with their agreement among the open rows of their category; leaks have no vote."""
    places, by_category = vectors.places, defaultdict(list)
    for row in rows:
        by_category[row.neighbor].append(row)
    found: dict[tuple[str, str], float] = {}
    for name, members in by_category.items():
        digests = _open(members)
        matrix = vectors.matrix[[places[digest] for digest in digests]]
        scores = agreement(matrix, np.array([groups.get(digest, digest) for digest in digests]), among)
        found.update({(name, digest): float(score) for digest, score in zip(digests, scores, strict=True)})
    return [replace(row, agreement=found.get((row.neighbor, row.digest), 0.0)) for row in rows]


def _bounded(row: Decision, config: SelectConfig) -> Decision:
    """The row with what speaks against what it shows, where something does."""
    if row.reason is not None:
        return row
    if row.similarity < config.min_similarity:
        return replace(row, reason=DropReason.UNLIKE_PARENTS)
    if row.similarity > config.max_similarity:
        return replace(row, reason=DropReason.TOO_LIKE_PARENTS)
    return replace(row, reason=DropReason.UNLIKE_CATEGORY) if row.agreement < config.min_agreement else row


def _of_targets(targets: Sequence[TargetPicture], vectors: Vectors) -> Labeled:
    """The target train pictures as rivals; a target class is never called as a category is."""
    places = vectors.places
    train = [row for row in targets if row.split is Split.TRAIN and row.digest in places]
    return Labeled(
        vectors.matrix[[places[row.digest] for row in train]],
        np.array([f"target {row.label}" for row in train], dtype=object),
        np.array([row.digest for row in train], dtype=object),
    )


def _without_rivals(
    rows: Sequence[Decision], held: Vectors, groups: Mapping[str, str], targets: Labeled, config: SelectConfig
) -> list[Decision]:
    """The rows with those dropped that are nearer to another category, or a target class, than to their own."""
    places, judged = held.places, [row for row in rows if row.reason is None]
    asked = Labeled(
        held.matrix[[places[row.digest] for row in judged]],
        np.array([f"category {row.neighbor}" for row in judged], dtype=object),
        np.array([groups.get(row.digest, row.digest) for row in judged], dtype=object),
    )
    margin, rivals = margins(asked, one_of_each(together(asked, targets)), config.margin_among)
    found = {(row.key, row.neighbor): at for at, row in enumerate(judged)}

    def verdict(row: Decision) -> Decision:
        if (at := found.get((row.key, row.neighbor))) is None:
            return row
        reason = DropReason.LIKE_ANOTHER_CLASS if margin[at] < config.min_margin else None
        return replace(row, margin=float(margin[at]), rival=rivals[at], reason=reason)

    return [verdict(row) for row in rows]


def _capped(rows: Sequence[Decision], cap: int | None) -> list[Decision]:
    """The rows with all but each category's `cap` likest to its parents dropped."""
    kept: Counter[str] = Counter()
    over = set()
    for row in sorted(rows, key=lambda row: (-row.similarity, row.key)):
        if row.reason is None and cap is not None:
            kept[row.neighbor] += 1
            if kept[row.neighbor] > cap:
                over.add((row.key, row.neighbor))
    return [replace(row, reason=DropReason.OVER_CAP) if (row.key, row.neighbor) in over else row for row in rows]


def decide(
    candidates: Sequence[Crawled], neighbors: Sequence[Neighbor], candidate_vectors: Vectors,
    targets: Sequence[TargetPicture], target_vectors: Vectors, config: SelectConfig,
) -> list[Decision]:  # fmt: skip
    """One Decision a fetched candidate (a Crawled row with a digest), in key order.

    The same for any order of input; kept and dropped by reason add up to the candidates.
    """
    fetched = [candidate for candidate in candidates if candidate.digest is not None]
    rows = _scored(fetched, candidate_vectors, neighbors, prototypes(targets, target_vectors))
    if config.leak_guard:
        held = candidate_vectors.of(_open(rows))
        rows = drop_leaks(rows, find_leaks(held, targets, target_vectors, config.leak_score, config.shortlist))
    held, sizes = candidate_vectors.of(_open(rows)), size_order(fetched)
    groups = copy_groups(held, sizes, config.duplicate_score, config.shortlist) if config.dedup else {}
    rows = _with_agreement(rows, held, groups, config.agreement_among)
    rows = [_bounded(row, config) for row in rows]
    rows = _without_rivals(rows, held, groups, _of_targets(targets, target_vectors), config)
    rows = drop_duplicates(rows, held, groups, sizes)
    return _capped(rows, config.cap)
