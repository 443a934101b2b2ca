"""What is asked beside likeness: names, scorers, prototypes, earlier data sets, and a last look before shipping."""

import numpy as np
import pytest
from pydantic import ValidationError

from storage.errors import BadInput, LeakShipped
from storage.records import Decision, DropReason
from tasks.select.config import Otsu, ScoreBounds, SelectConfig
from tasks.select.decide import decide
from tasks.select.leaks import Held, check_shipped, find_all, find_copies, of_targets
from tasks.select.seen import Seen
from tests.tasks.select.world import DIM, Shown, around, candidate, neighbor, shown, target, unit, vectors
from tests.vision.scenes import cropped

LIMES = [shown(seed, axis=0) for seed in range(10, 18)]
ODD = shown(30, axis=0)
TARGETS = [shown(seed, axis=0) for seed in range(3)]
DATA = [target(held, 0) for held in TARGETS]
NAMES = {name: np.eye(DIM, dtype=np.float32)[axis] for axis, name in enumerate(("lime", "gravel", "garlic"))}
CONFIG = SelectConfig(min_similarity=-1, max_similarity=1, min_agreement=-1, min_margin=-2)


def _decide(
    pictures: list[Shown],
    config: SelectConfig,
    *earlier: Held,
    beside: np.ndarray | None = None,
    scores: dict[str, dict[str, float]] | None = None,
) -> dict[str, Decision]:
    rows = [candidate(held, i) for i, held in enumerate(pictures)]
    seen = Seen(vectors(pictures), beside, NAMES, scores or {})
    found = decide(rows, [neighbor("lime", 0)], seen, DATA, Seen(vectors(TARGETS)), config, earlier)
    return {row.digest: row for row in found.decisions}


def test_what_does_not_show_its_name_is_dropped() -> None:
    """A picture that two of three names fit better is not what it was found for; without a reader nobody can say."""
    beside = np.stack([around(0, seed) for seed in range(len(LIMES))] + [unit(around(1, 1) + around(2, 2))])
    found = _decide([*LIMES, ODD], CONFIG, beside=beside)
    assert found[ODD.digest].reason is DropReason.UNLIKE_NAME
    assert found[ODD.digest].detail == "name rank 1.000 over 0.250"
    assert [found[held.digest].reason for held in LIMES] == [None] * len(LIMES)
    assert all(row.name_rank is None for row in _decide([*LIMES, ODD], CONFIG).values())


def test_a_scorer_has_a_say_where_it_is_given_one() -> None:
    """Over its bound a picture is dropped, with the score; without a bound the score is only told."""
    scores = {held.digest: {"unsafe": 0.1} for held in LIMES} | {ODD.digest: {"unsafe": 0.9}}
    told = _decide([*LIMES, ODD], CONFIG, scores=scores)[ODD.digest]
    assert (told.reason, told.scorers, told.scores) == (None, ("unsafe",), (0.9,))
    bounded = CONFIG.model_copy(update={"scores": {"unsafe": ScoreBounds(most=0.5)}})
    found = _decide([*LIMES, ODD], bounded, scores=scores)
    assert (found[ODD.digest].reason, found[ODD.digest].detail) == (DropReason.BY_SCORER, "unsafe 0.900 over 0.500")
    assert [found[held.digest].reason for held in LIMES] == [None] * len(LIMES)


def test_a_bound_on_a_scorer_that_looked_at_nothing_is_refused() -> None:
    """The error names the bound and where scorers are set."""
    config = CONFIG.model_copy(update={"scores": {"aesthetic": ScoreBounds(least=4.5)}})
    with pytest.raises(BadInput, match=r"select.scores.aesthetic[\s\S]*embed.scorers"):
        _decide(LIMES, config)


def test_far_from_the_prototype() -> None:
    """Where a category falls into two heaps, the one that is not its prototype's goes, and the bound is told."""
    limes = [shown(seed, axis=0) for seed in range(100, 130)]
    stray = [shown(seed, axis=5) for seed in range(40, 50)]
    found = _decide([*limes, *stray], CONFIG.model_copy(update={"min_centrality": Otsu(otsu=0.85)}))
    assert [found[held.digest].reason for held in stray] == [DropReason.FAR_FROM_PROTOTYPE] * len(stray)
    assert [found[held.digest].reason for held in limes] == [None] * len(limes)


def test_what_an_earlier_data_set_holds_is_dropped() -> None:
    """A copy of a picture that is there already is no new one; it is told which, and a leak is told as a leak."""
    held = Held({LIMES[0].digest: "earlier:a/1.jpg", TARGETS[1].digest: "earlier:t.jpg"}, vectors([LIMES[0]]))
    copy = shown(50, axis=3, picture=cropped(LIMES[0].picture, 0.05, 0.0, 0.03, 0.0))
    found = _decide([*LIMES, copy, TARGETS[1]], CONFIG, held)
    assert (found[copy.digest].reason, found[copy.digest].copy_of) == (DropReason.HELD_EARLIER, "earlier:a/1.jpg")
    assert (found[LIMES[0].digest].reason, found[LIMES[0].digest].copy_score) == (DropReason.HELD_EARLIER, 1.0)
    assert found[TARGETS[1].digest].reason is DropReason.LEAK


def test_every_readable_candidate_has_every_score() -> None:
    """A leak is measured as any other picture is, so that thresholds can be looked at for all."""
    leak = shown(51, axis=0, picture=TARGETS[2].picture)
    row = _decide([*LIMES, leak], CONFIG)[leak.digest]
    assert row.reason is DropReason.LEAK
    assert min(row.similarity, row.agreement, row.centrality) > 0.5


def test_a_copy_of_a_leak_is_a_leak() -> None:
    """A crop of a crop, too far from the target to be told from it alone, is named after the target all the same."""
    scene = TARGETS[2].picture.resize((480, 480))
    original = shown(60, axis=0, picture=scene)
    once = shown(61, axis=0, picture=cropped(scene, 0.1, 0.1, 0.1, 0.1))
    twice = shown(62, axis=0, picture=cropped(once.picture, 0.1, 0.1, 0.1, 0.1))
    held = of_targets([target(original, 0)], vectors([original]))
    assert set(find_copies(vectors([once, twice]), held, 0.97, 3)) == {once.digest}
    found = find_all(vectors([*LIMES, once, twice]), held, 0.97, 3)
    assert set(found) == {once.digest, twice.digest}
    assert len({match.name for match in found.values()}) == 1


def test_nothing_that_copies_a_target_or_a_leak_is_shipped() -> None:
    """The last look before pictures are packed is wider than the first, and ends the run by name."""
    leak, known = shown(52, axis=0, picture=TARGETS[2].picture), of_targets(DATA, vectors(TARGETS))
    none = Held({}, vectors([]))
    with pytest.raises(LeakShipped, match=rf"{leak.digest[:12]} copies train:{DATA[2].key}"):
        check_shipped(vectors([*LIMES, leak]), known, none, 0.97, 3)
    copy = shown(53, axis=0, picture=LIMES[0].picture.resize((70, 70)))
    with pytest.raises(LeakShipped, match=rf"{copy.digest[:12]} copies test:a"):
        check_shipped(vectors([copy]), known, Held({LIMES[0].digest: "test:a"}, vectors(LIMES)), 0.97, 3)
    check_shipped(vectors(LIMES), known, none, 0.97, 3)


def test_what_is_no_number_passes_no_bound() -> None:
    """A vector of nothing but NaN is never kept, and takes no other picture with it."""
    lost = shown(54, axis=0, vector=np.full(DIM, np.nan, np.float32))
    found = _decide([*LIMES, lost], CONFIG.model_copy(update={"min_similarity": 0.0}))
    assert found[lost.digest].reason is DropReason.UNREADABLE
    assert [found[held.digest].reason for held in LIMES] == [None] * len(LIMES)


def test_one_url_of_two_categories_is_kept_for_one_and_says_for_which() -> None:
    """The same key twice: the other row names the category that has it."""
    rows = [candidate(held, i, name) for name in ("lime", "gravel") for i, held in enumerate(LIMES)]
    known = [neighbor("lime", 0), neighbor("gravel", 0)]
    for dedup in (True, False):
        config = CONFIG.model_copy(update={"dedup": dedup})
        found = decide(rows, known, Seen(vectors(LIMES)), DATA, Seen(vectors(TARGETS)), config).decisions
        kept = {row.key: row.neighbor for row in found if row.reason is None}
        assert len(kept) == len(LIMES)
        assert all(row.detail == f"kept for {kept[row.key]}" for row in found if row.reason is DropReason.DUPLICATE)


def test_why_a_picture_is_unreadable_is_told() -> None:
    """The embed stage's own words."""
    rows = [candidate(LIMES[0], 0)]
    seen = Seen(vectors([]), unreadable={LIMES[0].digest: "truncated: it breaks off"})
    (row,) = decide(rows, [neighbor("lime", 0)], seen, DATA, Seen(vectors(TARGETS)), CONFIG).decisions
    assert (row.reason, row.detail) == (DropReason.UNREADABLE, "truncated: it breaks off")


def test_bounds_of_a_scorer_must_leave_room() -> None:
    """A lower bound over the upper one would drop everything."""
    with pytest.raises(ValidationError, match="least must not be over most"):
        ScoreBounds(least=0.9, most=0.1)
