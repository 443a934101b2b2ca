"""One verdict on every fetched candidate.

The reasons are tried in this order. `unreadable`, since nothing else is known then. `leak`, since
a copy of a target picture must be reported as one whatever else it is, marked by hand or not: a
mark may be taken back. Then `rejected`, a person's word before every rule's, so that what is marked
has no say in bounds and is nobody's rival, and `held_earlier`. Then what the scores say
(`bounds.checks`), and among those that are left `like_another_class`, so that off-topic pictures
are nobody's rivals. Then `duplicate`, among those that would be kept, so that a dropped picture
never stands for a kept one, and with it `over_cap`, so that one which its category has no room for does
not either. Scores are given to all all the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from storage.records import Bounded, Decision, DropReason, Neighbor, TargetPicture
from tasks.select.agreement import within_targets
from tasks.select.bounds import TargetScores, bounded_rows, bounds, margin_check
from tasks.select.config import SelectConfig
from tasks.select.duplicates import copy_groups, drop_duplicates, size_order
from tasks.select.fetched import Fetched
from tasks.select.labeled import Labeled, one_of_each
from tasks.select.leaks import Held, check_shipped, dropped, find_all, of_targets
from tasks.select.marks import NO_MARKS, Marks
from tasks.select.measures import measured, pictures_of
from tasks.select.overrides import rejected
from tasks.select.rivals import margins
from tasks.select.seen import Seen
from tasks.select.similarity import prototypes, to_others, to_own, train_pictures
from vision.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One decision a candidate in key order, and the bounds that each category was judged by."""

    decisions: list[Decision]
    bounds: list[Bounded]


def _open(rows: Iterable[Decision]) -> list[str]:
    """The digests of which nothing bad is known yet, each once, in an order of their own."""
    return sorted({row.digest for row in rows if row.reason is None})


def _started(candidates: Iterable[Fetched], seen: Seen) -> tuple[list[Decision], dict[str, tuple[int, str]]]:
    """The candidates in key order, and how their pictures sort by size.

    Those without a vector, or with one of no numbers, are unreadable.
    """
    finite, rows = seen.vectors.finite, list[Decision]()
    places = {digest for digest, place in seen.vectors.places.items() if finite[place]}
    ordered = sorted(candidates, key=lambda row: (row.key, row.neighbor))
    for row in ordered:
        if row.digest in places:
            rows.append(Decision(row.key, row.neighbor, row.digest))
        else:
            why = seen.unreadable.get(row.digest, "no vector of finite numbers")
            rows.append(Decision(row.key, row.neighbor, row.digest, DropReason.UNREADABLE, detail=why))
    return rows, size_order(ordered)


def _without_rivals(
    rows: Sequence[Decision], vectors: Vectors, targets: Labeled, config: SelectConfig
) -> list[Decision]:
    """The rows with those dropped that are nearer to another category, or a target class, than to their own."""
    readable = [at for at, row in enumerate(rows) if row.reason is not DropReason.UNREADABLE]
    asked = pictures_of([rows[at] for at in readable], vectors)
    still = np.array([rows[at].reason is None for at in readable], bool)
    margin, rivals = margins(
        asked,
        [one_of_each(voters) for voters in (asked.where(still), targets)],
        config.margin_among,
        config.min_margin,
        still,
    )
    found = list(rows)
    for at, score, rival in zip(readable, margin, rivals, strict=True):
        row = replace(rows[at], margin=float(score), rival=rival)
        said = margin_check(row, config).objection if row.reason is None else ""
        found[at] = replace(row, reason=DropReason.LIKE_ANOTHER_CLASS, detail=said) if said else row
    return found


def _grouped(
    rows: Sequence[Decision], vectors: Vectors, sizes: Mapping[str, tuple[int, str]], config: SelectConfig
) -> list[Decision]:
    """The rows with the digest that stands for each one's copies; what is dropped stands for itself."""
    held = vectors.of(_open(rows))
    groups = copy_groups(held, sizes, config.duplicate_score, config.shortlist) if config.dedup else {}
    return [replace(row, group=groups.get(row.digest, row.digest)) for row in rows]


def _barred(
    rows: Sequence[Decision], vectors: Vectors, leaking: Held, earlier: Sequence[Held], config: SelectConfig,
    marks: Marks,
) -> list[Decision]:  # fmt: skip
    """The rows without what must not come: copies of target pictures, what was marked, copies of earlier data sets."""

    def without(held: Held, least: float, reason: DropReason) -> list[Decision]:
        return dropped(rows, find_all(vectors.of(_open(rows)), held, least, config.shortlist), reason)

    if config.leak_guard:
        rows = without(leaking, config.leak_score, DropReason.LEAK)
    rows = rejected(rows, marks, vectors, config.duplicate_score, config.shortlist)
    for held in earlier:
        rows = without(held, config.duplicate_score, DropReason.HELD_EARLIER)
    return list(rows)


def _check_leaks(rows: Sequence[Decision], vectors: Vectors, leaking: Held, config: SelectConfig) -> None:
    named = {row.digest: row.copy_of for row in rows if row.reason is DropReason.LEAK}
    if config.leak_guard:
        check_shipped(vectors.of(_open(rows)), leaking, Held(named, vectors), config.leak_score, config.shortlist)


def _target_scores(train: Labeled, labels: np.ndarray, by_label: Mapping[int, np.ndarray], among: int) -> TargetScores:
    return TargetScores(
        to_own(train.matrix[:], labels), to_others(train.matrix[:], labels, by_label), within_targets(train, among)
    )


def decide(
    candidates: Iterable[Fetched], neighbors: Sequence[Neighbor], seen: Seen,
    targets: Sequence[TargetPicture], targets_seen: Seen, config: SelectConfig, earlier: Sequence[Held] = (),
    marks: Marks = NO_MARKS,
) -> Verdicts:  # fmt: skip
    """One Decision a fetched candidate, in key order.

    The same for any order of input; kept and dropped by reason add up to the candidates. Raises
    LeakShipped where a picture that is to be kept turns out to copy a target picture.
    """
    vectors, leaking = seen.vectors, of_targets(targets, targets_seen.vectors)
    train, labels = train_pictures(targets, targets_seen.vectors)
    by_label, among = prototypes(train.matrix[:], labels), config.agreement_among
    rows, sizes = _started(candidates, seen)
    rows = _barred(rows, vectors, leaking, earlier, config, marks)
    rows = _grouped(rows, vectors, sizes, config)
    rows = measured(rows, seen, targets_seen.names, neighbors, by_label, among)
    limits = bounds(rows, config, _target_scores(train, labels, by_label, among))
    rows = bounded_rows(rows, limits, config)
    rows = _without_rivals(rows, vectors, train, config)
    copies = {row.digest: row.group for row in rows if row.reason is None}
    rows = drop_duplicates(rows, vectors, copies, sizes, config.cap)
    _check_leaks(rows, vectors, leaking, config)
    return Verdicts(rows, [limits[name] for name in sorted(limits)])
