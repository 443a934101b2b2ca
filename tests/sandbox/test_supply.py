from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.corpus import Original, Pools
from sandbox.errors import BadCorpus
from sandbox.ledger import Failure, Kind
from sandbox.supply import Supply, draw_supplies, share_of
from storage.records import Split


def _pools(sizes: list[int], others: int = 400) -> Pools:
    good = {f"class {i}": tuple(Original(f"{i}/{j}", f"class {i}") for j in range(n)) for i, n in enumerate(sizes)}
    off_topic = tuple(Original(f"off/{j}", "stranger") for j in range(others))
    targets = {split: tuple(Original(f"{split}/{j}", "target") for j in range(others)) for split in Split}
    return Pools(good, off_topic, targets)


def _of(kind: Kind, supplies: list[Supply]) -> list[Supply]:
    return [supply for supply in supplies if supply.kind is kind]


@given(st.lists(st.integers(1, 70), min_size=1, max_size=8), st.integers(0, 4))
@settings(deadline=None, max_examples=40)
def test_every_class_gets_the_yardsticks_shares(sizes: list[int], seed: int) -> None:
    """G good, and 0.4 g, 0.3 g, 0.15 g and 0.1 g of the others, to within half a picture."""
    supplies = draw_supplies(_pools(sizes), seed)
    shares = {Kind.GOOD: 1, Kind.OFF_TOPIC: 0.4, Kind.COPY_OF_GOOD: 0.3, Kind.COPY_OF_TARGET: 0.15, Kind.FAILING: 0.1}
    for i, good in enumerate(sizes):
        served = Counter(supply.kind for supply in supplies if supply.neighbor == f"class {i}")
        for kind, share in shares.items():
            assert abs(served[kind] - share * good) <= 0.5 + 1e-9, kind


@given(st.lists(st.integers(1, 70), min_size=1, max_size=8), st.integers(0, 4))
@settings(deadline=None, max_examples=40)
def test_splits_and_failures_come_in_equal_parts(sizes: list[int], seed: int) -> None:
    """A third of the leaks from each split and a quarter of the failures each, to within one."""
    supplies = draw_supplies(_pools(sizes), seed)
    splits = Counter(supply.split for supply in _of(Kind.COPY_OF_TARGET, supplies))
    failures = Counter(supply.failure for supply in _of(Kind.FAILING, supplies))
    for dealt in ([splits[split] for split in Split], [failures[failure] for failure in Failure]):
        assert max(dealt) - min(dealt) <= 1


def test_nothing_but_good_pictures_is_shown_twice() -> None:
    """Good, off-topic and leaked pictures are disjoint; a good one has one copy at most."""
    supplies = draw_supplies(_pools([60, 40, 20]), seed=1)
    keys = {kind: [supply.original.key for supply in _of(kind, supplies)] for kind in Kind}
    for kind in (Kind.GOOD, Kind.OFF_TOPIC, Kind.COPY_OF_GOOD, Kind.COPY_OF_TARGET):
        assert len(set(keys[kind])) == len(keys[kind]), kind
    assert set(keys[Kind.COPY_OF_GOOD]) <= set(keys[Kind.GOOD])
    others = [set(keys[kind]) for kind in (Kind.GOOD, Kind.OFF_TOPIC, Kind.COPY_OF_TARGET)]
    assert sum(map(len, others)) == len(set.union(*others))


def test_only_copies_are_transformed() -> None:
    """Good and off-topic pictures are the corpus's own."""
    for supply in draw_supplies(_pools([30, 30]), seed=2):
        assert bool(supply.transforms) == (supply.kind in {Kind.COPY_OF_GOOD, Kind.COPY_OF_TARGET})
        assert (supply.failure is not None) == (supply.kind is Kind.FAILING)


def test_a_seed_is_a_world() -> None:
    """The same seed serves the same, another one something else."""
    pools = _pools([20, 30])
    assert draw_supplies(pools, 3) == draw_supplies(pools, 3) != draw_supplies(pools, 4)


def test_halves_are_rounded_up() -> None:
    """0.15 of 10, 30 and 50 is 1.5, 4.5 and 7.5."""
    assert [share_of(Kind.COPY_OF_TARGET, good) for good in (10, 30, 50)] == [2, 5, 8]


def test_a_corpus_that_runs_out_says_of_what() -> None:
    """Too few off-topic pictures are an error, not a smaller share."""
    with pytest.raises(BadCorpus, match="off-topic"):
        draw_supplies(_pools([60], others=10), seed=0)
