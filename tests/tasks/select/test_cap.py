"""Copies and the most that a category keeps: a picture is lost to neither while there is room for it somewhere."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.records import Decision, DropReason
from tasks.select.config import SelectConfig
from tasks.select.decide import decide
from tasks.select.duplicates import drop_duplicates
from tasks.select.seen import Seen
from tests.tasks.select.world import candidate, neighbor, shown, target, vectors

NAMES = ("lime", "pomelo", "yuzu")
POOL = [shown(seed, axis=0) for seed in range(40, 52)]
SEEN = vectors(POOL)
SIZES = st.lists(st.integers(1, 3), min_size=len(POOL), max_size=len(POOL))
GROUPS = st.lists(st.integers(0, 3), min_size=len(POOL), max_size=len(POOL))
FOUND = st.lists(
    st.tuples(
        st.integers(0, 19), st.integers(0, len(POOL) - 1), st.sampled_from(NAMES), st.sampled_from([0.5, 0.7, 0.9])
    ),
    unique_by=lambda one: (one[0], one[2]), max_size=30,
)  # fmt: skip
"""The URL's number, the picture that it shows, the category that it was found for and its similarity."""


@dataclass(frozen=True, slots=True)
class Given:
    """Rows, and which pictures are copies of one another and how large they are."""

    rows: list[Decision]
    groups: dict[str, str]
    order: dict[str, tuple[int, str]]

    def judged(self, cap: int | None, rows: Sequence[Decision] | None = None) -> dict[tuple[str, str], Decision]:
        """The verdicts by key and category."""
        found = drop_duplicates(self.rows if rows is None else rows, SEEN, self.groups, self.order, cap)
        return {(row.key, row.neighbor): row for row in found}


@st.composite
def given_rows(draw: st.DrawFn) -> Given:
    """Candidates of a few groups of copies; one was rejected before, for a copy that a person marked."""
    groups, sizes = draw(GROUPS), draw(SIZES)
    rows = []
    for number, picture, name, similarity in draw(FOUND):
        held = candidate(POOL[picture], number, name)
        rows.append(Decision(held.key, name, held.digest, similarity=similarity))
    if rows:
        rows[0] = replace(rows[0], reason=DropReason.REJECTED, copy_of="f" * 20, copy_score=0.99)
    firsts = {group: POOL[at].digest for at, group in reversed(list(enumerate(groups)))}
    return Given(
        rows,
        {held.digest: firsts[group] for held, group in zip(POOL, groups, strict=True)},
        {held.digest: (-size, held.digest) for held, size in zip(POOL, sizes, strict=True)},
    )


def _said(found: dict[tuple[str, str], Decision]) -> dict[tuple[str, str], tuple[object, ...]]:
    """What is said of each, but for the last digits of how sure a copy is: these differ with what is aligned beside."""
    return {key: (row.reason, row.copy_of, row.detail) for key, row in found.items()}


@given(given_rows(), st.integers(1, 3))
@settings(max_examples=300, deadline=None)
def test_no_picture_is_lost_to_a_category_with_room(held: Given, cap: int) -> None:
    """Every duplicate's stand-in is kept; a category with room has lost none but to a picture that is kept."""
    found = held.judged(cap)
    kept = [row for row in found.values() if row.reason is None]
    counted = Counter(row.neighbor for row in kept)
    assert not counted or max(counted.values()) <= cap
    assert len({held.groups[row.digest] for row in kept}) == len(kept), "one of each group"
    for row in found.values():
        if row.reason is DropReason.DUPLICATE:
            stand_in = found[row.copy_of, row.detail.removeprefix("kept for ")]
            assert stand_in.reason is None
            assert held.groups[stand_in.digest] == held.groups[row.digest]
        if row.reason is DropReason.OVER_CAP:
            assert counted[row.neighbor] == cap, "there was room"


@given(given_rows(), st.integers(1, 3))
@settings(max_examples=200, deadline=None)
def test_a_full_category_keeps_the_likest_of_what_it_was_asked_for(held: Given, cap: int) -> None:
    """And what was dropped before stays as it was."""
    found, over = held.judged(cap), defaultdict(list)
    for row in found.values():
        if row.reason is DropReason.OVER_CAP:
            over[row.neighbor].append((-row.similarity, row.key))
    for row in found.values():
        if row.reason is None and row.neighbor in over:
            assert (-row.similarity, row.key) < min(over[row.neighbor])
    assert [row for row in held.rows if row.reason] == [
        row for row in found.values() if row.reason is DropReason.REJECTED
    ]


@given(given_rows(), st.integers(1, 3), st.randoms())
@settings(max_examples=100, deadline=None)
def test_the_verdicts_know_no_order(held: Given, cap: int, random: random.Random) -> None:
    """Whichever group of copies is looked at first; and a cap that nothing reaches is none."""
    assert _said(held.judged(cap, random.sample(held.rows, len(held.rows)))) == _said(held.judged(cap))
    assert _said(held.judged(len(held.rows) + 1)) == _said(held.judged(None))


def test_a_copy_that_another_category_has_room_for_is_kept_there() -> None:
    """The larger copy is over the cap of its own category, so that the smaller one stands for nothing else."""
    targets = [shown(seed, axis=0) for seed in range(6)]
    data = [target(one, 0) for one in targets]
    near = shown(60, axis=0, vector=targets[1].vector)
    large = shown(61, axis=0)
    small = shown(62, axis=0, picture=large.picture.resize((80, 80)), vector=large.vector)
    rows = [candidate(near, 1), candidate(large, 2), candidate(small, 3, "pomelo"), candidate(large, 2, "pomelo")]
    config = SelectConfig(min_similarity=-1, max_similarity=1, min_agreement=-1, min_margin=-2, cap=1)
    found = decide(
        rows, [neighbor("lime", 0), neighbor("pomelo", 0)], Seen(vectors([near, large, small])), data,
        Seen(vectors(targets)), config,
    ).decisions  # fmt: skip
    assert {(row.digest, row.neighbor): (row.reason, row.detail) for row in found} == {
        (near.digest, "lime"): (None, ""),
        (large.digest, "lime"): (DropReason.OVER_CAP, ""),
        (large.digest, "pomelo"): (None, ""),
        (small.digest, "pomelo"): (DropReason.DUPLICATE, "kept for pomelo"),
    }
