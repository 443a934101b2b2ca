import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.truth import curation
from sandbox.ledger import Kind, Truth
from storage.records import Split


def _row(
    url: str, kind: Kind, original: str, true_class: str = "lime", neighbor: str = "lime", split: Split | None = None
) -> Truth:
    return Truth(url, neighbor, true_class, kind, original, split, (), None)


LEDGER = [
    _row("g1", Kind.GOOD, "1"),
    _row("g2", Kind.GOOD, "2"),
    _row("c1", Kind.COPY_OF_GOOD, "1"),
    _row("off", Kind.OFF_TOPIC, "3", "banana"),
    _row("leak", Kind.COPY_OF_TARGET, "4", "lemon", split=Split.TEST),
    _row("fail", Kind.FAILING, "2"),
    _row("k1", Kind.GOOD, "5", "kiwi", "kiwi"),
    _row("k2", Kind.GOOD, "6", "kiwi", "kiwi"),
]


def test_the_good_pictures_alone_are_perfect() -> None:
    """Precision and recall are 1 where all good ones and nothing else is kept."""
    scored = curation(LEDGER, [("g1", "lime"), ("g2", "lime"), ("k1", "kiwi"), ("k2", "kiwi")])
    assert (scored.precision, scored.recall, scored.leaks, scored.served_good) == (1, 1, 0, 4)


def test_a_copy_stands_for_its_original_and_both_together_count_once() -> None:
    """The second of two duplicates is a wrong picture, whichever it is."""
    alone = curation(LEDGER, [("c1", "lime")])
    both = curation(LEDGER, [("c1", "lime"), ("g1", "lime")])
    assert (alone.precision, alone.recall) == (1, 0.25)
    assert (both.precision, both.recall) == (0.5, 0.25)


@pytest.mark.parametrize(("url", "leaks"), [("off", 0), ("leak", 1), ("fail", 0)])
def test_what_is_not_of_the_class_costs_precision(url: str, leaks: int) -> None:
    """Off-topic pictures, leaks and broken ones are wrong; only copies of target pictures are leaks."""
    scored = curation(LEDGER, [("g1", "lime"), (url, "lime")])
    assert (scored.precision, scored.leaks) == (0.5, leaks)


def test_a_picture_kept_for_another_class_is_wrong() -> None:
    """What counts is the class it was asked for."""
    assert curation(LEDGER, [("k1", "lime")]).precision == 0


@pytest.mark.parametrize("category", ["Limes", "fresh lime", "LIME"])
def test_a_category_asks_for_the_class_its_name_contains(category: str) -> None:
    """A variant that vetting let through is judged by what its query finds."""
    assert curation(LEDGER, [("g1", category)]).precision == 1


def test_nothing_kept_is_worth_nothing() -> None:
    """Neither figure is undefined."""
    scored = curation(LEDGER, [])
    assert (scored.precision, scored.recall, scored.leaks, scored.kept) == (0, 0, 0, 0)


@given(st.lists(st.sampled_from(LEDGER)))
@settings(deadline=None, max_examples=60)
def test_neither_order_nor_repetition_matters(rows: list[Truth]) -> None:
    """The score is of a set, and its kinds add up to what is kept."""
    kept = [(row.url, row.neighbor) for row in rows]
    scored = curation(LEDGER, kept)
    assert scored == curation(LEDGER, [*reversed(kept), *kept])
    assert sum(scored.by_kind.values()) == scored.kept == len(set(kept))
