"""What curation is worth, by the sandbox's ledger: the yardstick's precision, recall and leaks."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sandbox.ledger import Kind, Truth
from sandbox.names import find

Kept = tuple[str, str]
"""A kept picture: its URL, and the neighbor category (as the run names it) that it is kept for."""

OF_ITS_CLASS = {Kind.GOOD, Kind.COPY_OF_GOOD}


@dataclass(frozen=True, slots=True)
class Curation:
    """How well pictures were chosen.

    `precision` is the share of kept pictures that are of the asked class, the first of their
    duplicates and no copy of a target picture (0 where nothing is kept); `recall` the share of
    the `served_good` distinct good photographs that are kept, themselves or as one copy;
    `leaks` the number of kept copies of target pictures of any split.
    """

    precision: float
    recall: float
    leaks: int
    kept: int
    served_good: int
    by_kind: Mapping[Kind, int]


@dataclass(frozen=True, slots=True)
class Alarms:
    """How well leaks are named: of `leaks` candidates that copy a target picture `found`, of `others` `false` ones."""

    leaks: int
    found: int
    others: int
    false: int


def alarms(ledger: Iterable[Truth], judged: Iterable[str], named: Iterable[str]) -> Alarms:
    """Score the URLs `named` as leaks among all that were `judged`."""
    leaking = {row.url for row in ledger if row.kind is Kind.COPY_OF_TARGET}
    asked, told = set(judged), set(named)
    return Alarms(len(asked & leaking), len(told & leaking), len(asked - leaking), len(told - leaking))


def is_right(row: Truth, category: str, classes: Iterable[str]) -> bool:
    """Whether a URL shows what the category asks for."""
    return row.kind in OF_ITS_CLASS and row.true_class == find(category, classes)


def curation(ledger: Iterable[Truth], kept: Iterable[Kept]) -> Curation:
    """Score the kept pictures.

    One photograph counts once however many of its copies are kept, so "the first of its
    duplicates" needs no order. A category asks for the class that its name contains
    ("fresh limes" for lime), just as the search finds it.
    """
    truth = {row.url: row for row in ledger}
    classes = {row.neighbor for row in truth.values()}
    chosen = [(truth[url], find(category, classes)) for url, category in sorted(set(kept))]
    by_kind = Counter(row.kind for row, _ in chosen)
    right = {row.original for row, asked in chosen if row.kind in OF_ITS_CLASS and row.true_class == asked}
    good = sum(row.kind is Kind.GOOD for row in truth.values())
    return Curation(
        precision=len(right) / len(chosen) if chosen else 0.0,
        recall=len(right) / good if good else 0.0,
        leaks=by_kind[Kind.COPY_OF_TARGET],
        kept=len(chosen),
        served_good=good,
        by_kind={kind: by_kind[kind] for kind in Kind},
    )
