import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from storage.records import Decision, DropReason, NameReason, Split
from tasks.select.config import SelectConfig
from tasks.select.decide import decide
from tasks.select.seen import Seen
from tests.tasks.select.world import Shown, around, candidate, neighbor, shown, target, unit, vectors
from tests.vision.scenes import cropped

# Targets and candidates are drawn around one axis here, so only the test of margins asks which is nearer.
CONFIG = SelectConfig(min_similarity=0.5, max_similarity=0.995, min_agreement=0.5, min_margin=-2)
TARGETS = [shown(seed, axis=0) for seed in range(6)]
DATA = [target(held, 0, split) for held, split in zip(TARGETS, list(Split) * 2, strict=True)]
GOOD = [shown(seed, axis=0) for seed in range(10, 18)]
STRANGER = shown(30, axis=7)
TWIN = shown(31, axis=0, vector=TARGETS[0].vector)
LEAK = shown(32, axis=0, picture=cropped(TARGETS[2].picture, 0.05, 0.05, 0.0, 0.1))
COPY = shown(33, axis=0, picture=GOOD[0].picture.resize((80, 80)))
BROKEN = shown(34, axis=0)
SEEN = Seen(vectors(TARGETS))
NEIGHBORS = [neighbor("lime", 0), neighbor("gravel", 0)]


def _decide(pictures: list[Shown], config: SelectConfig = CONFIG, **changes: object) -> dict[str, Decision]:
    """Decisions by digest."""
    rows = [candidate(held, i) for i, held in enumerate(pictures)]
    known = vectors([held for held in pictures if held is not BROKEN])
    found = decide(rows, NEIGHBORS, Seen(known), DATA, Seen(vectors(TARGETS)), config.model_copy(update=changes))
    return {row.digest: row for row in found.decisions}


ALL = [*GOOD, STRANGER, TWIN, LEAK, COPY, BROKEN]


def test_every_reason_is_given_where_it_belongs() -> None:
    """One picture of each kind, and each is judged for what it is."""
    found = _decide(ALL)
    assert [found[held.digest].reason for held in GOOD] == [None] * len(GOOD)
    assert found[STRANGER.digest].reason is DropReason.UNLIKE_PARENTS
    assert found[LEAK.digest].reason is DropReason.LEAK
    assert found[LEAK.digest].copy_of == f"test:{DATA[2].key}"
    assert found[COPY.digest].reason is DropReason.DUPLICATE
    assert found[COPY.digest].copy_of == found[GOOD[0].digest].key
    assert found[BROKEN.digest].reason is DropReason.UNREADABLE


def test_too_like_its_parents() -> None:
    """Over the upper bound a picture adds nothing to its parent."""
    assert _decide([TWIN, *GOOD], max_similarity=0.9)[TWIN.digest].reason is DropReason.TOO_LIKE_PARENTS


def test_a_target_picture_under_a_neighbors_name() -> None:
    """What is nearer to the target class than to its own category is dropped, and the rival named."""
    limes = [shown(seed, axis=0, vector=unit(around(1, seed) + 0.7 * around(0, seed))) for seed in range(60, 68)]
    lemon = shown(70, axis=0)
    found = _decide([*limes, lemon], min_similarity=-1, min_agreement=-1, min_margin=0)
    assert found[lemon.digest].reason is DropReason.LIKE_ANOTHER_CLASS
    assert found[lemon.digest].rival == "target 0"
    assert found[lemon.digest].margin < 0
    assert [found[held.digest].reason for held in limes] == [None] * len(limes)


def test_unlike_its_own_category() -> None:
    """What is like a parent but like nothing else that the query found is off topic."""
    odd = [shown(seed, axis=3) for seed in range(50, 58)]
    found = _decide([*odd, GOOD[0]], min_similarity=-1)
    assert found[GOOD[0].digest].reason is DropReason.UNLIKE_CATEGORY
    assert all(found[held.digest].reason is None for held in odd)


def test_cap_keeps_the_likest_to_the_parents() -> None:
    """Of a category over its cap the pictures of most similarity are kept."""
    found = _decide(ALL, cap=3)
    kept = [row.similarity for row in found.values() if row.reason is None]
    over = [row.similarity for row in found.values() if row.reason is DropReason.OVER_CAP]
    assert (len(kept), len(over)) == (3, len(GOOD) + 1 - 3)  # the twin is kept too, else
    assert min(kept) >= max(over)


def test_switches_leave_their_filter_out() -> None:
    """For an ablation the leak guard and dedup can be off; then what they would drop is kept."""
    assert _decide(ALL, leak_guard=False)[LEAK.digest].reason is None
    assert _decide(ALL, dedup=False)[COPY.digest].reason is None


def test_one_picture_under_two_categories_is_kept_once() -> None:
    """The same bytes found for two neighbors train one of them only."""
    rows = [
        candidate(held, i, name) for name, start in (("lime", 0), ("gravel", 50)) for i, held in enumerate(GOOD, start)
    ]
    found = decide(rows, NEIGHBORS, Seen(vectors(GOOD)), DATA, SEEN, CONFIG).decisions
    assert Counter(row.reason for row in found) == {None: len(GOOD), DropReason.DUPLICATE: len(GOOD)}


def test_a_rejected_name_lends_no_parents() -> None:
    """Parents come from the vetted row of a name, not from a dropped one beside it."""
    dropped = replace(neighbor("lime", 5), reason=NameReason.REPEATED)
    rows = [candidate(held, i) for i, held in enumerate(GOOD)]
    found = decide(rows, [*NEIGHBORS, dropped], Seen(vectors(GOOD)), DATA, SEEN, CONFIG).decisions
    assert all(row.reason is None for row in found)


@given(st.randoms(use_true_random=False), st.sets(st.integers(0, len(ALL) - 1)))
@settings(max_examples=15, deadline=None)
def test_decisions_are_complete_and_know_no_order(rng: random.Random, left_out: set[int]) -> None:
    """One decision a fetched candidate, the same for any order of any input."""
    pictures = [held for i, held in enumerate(ALL) if i not in left_out]
    rows = [candidate(held, i) for i, held in enumerate(pictures)]
    known = [held for held in pictures if held is not BROKEN]
    found = decide(rows, NEIGHBORS, Seen(vectors(known)), DATA, SEEN, CONFIG).decisions
    assert sorted(row.key for row in found) == sorted(row.key for row in rows)
    mixed = [rng.sample(held, len(held)) for held in (known, TARGETS)]
    again = decide(
        rng.sample(rows, len(rows)),
        NEIGHBORS[::-1],
        Seen(vectors(mixed[0])),
        DATA[::-1],
        Seen(vectors(mixed[1])),
        CONFIG,
    ).decisions
    verdicts = [[(row.key, row.reason, row.copy_of) for row in rows] for rows in (found, again)]
    assert verdicts[0] == verdicts[1]


def test_nothing_fetched_gives_no_decisions() -> None:
    """An empty crawl is no error here."""
    assert decide([], NEIGHBORS, Seen(vectors([])), DATA, SEEN, CONFIG).decisions == []


def test_bounds_must_leave_room() -> None:
    """A lower bound over the upper one is refused by name."""
    with pytest.raises(ValidationError, match="min_similarity must be under max_similarity"):
        SelectConfig(min_similarity=0.9, max_similarity=0.8)
