"""What a person marks goes, with its copies; what nobody marked is judged as if it had never been there."""

import logging
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.records import Bounded, Decision, DropReason, Override, Split
from tasks.select.config import SelectConfig
from tasks.select.decide import Verdicts, decide
from tasks.select.fetched import Fetched
from tasks.select.leaks import Held
from tasks.select.marks import NO_MARKS, Marks
from tasks.select.overrides import applied
from tasks.select.seen import Seen
from tests.tasks.select.world import Shown, candidate, neighbor, shown, target, vectors
from tests.vision.scenes import cropped

CONFIG = SelectConfig(min_similarity=-1, min_agreement=-1, min_margin=-2)
TARGETS = [shown(seed, axis=0) for seed in range(6)]
DATA = [target(held, 0, split) for held, split in zip(TARGETS, list(Split) * 2, strict=True)]
LIMES = [shown(seed, axis=1) for seed in range(10, 16)]
STONES = [shown(seed, axis=2) for seed in range(20, 26)]
COPY = shown(30, axis=1, picture=LIMES[0].picture.resize((80, 80)))
LEAK = shown(31, axis=0, picture=cropped(TARGETS[2].picture, 0.05, 0.05, 0.0, 0.1))
BROKEN = shown(32, axis=1)
ALL = [*LIMES, *STONES, COPY, LEAK, BROKEN]
NEIGHBORS = [neighbor("lime", 0), neighbor("gravel", 0)]
ROWS = [candidate(held, number, "gravel" if held in STONES else "lime") for number, held in enumerate(ALL)]
IDS = [(row.key, row.neighbor) for row in ROWS]


def _key(held: Shown) -> str:
    return ROWS[ALL.index(held)].key


def _judged(
    marks: Marks = NO_MARKS, rows: Sequence[Fetched] = ROWS, config: SelectConfig = CONFIG, earlier: Sequence[Held] = ()
) -> Verdicts:
    known = Seen(vectors([held for held in ALL if held is not BROKEN]))
    return decide(rows, NEIGHBORS, known, DATA, Seen(vectors(TARGETS)), config, earlier, marks)


def _by_digest(verdicts: Verdicts) -> dict[str, Decision]:
    return {row.digest: row for row in verdicts.decisions}


def test_a_marked_picture_goes_with_its_copies_and_they_say_whose() -> None:
    """The larger stands for both; marked, it takes the smaller along, and the other way round."""
    assert _by_digest(_judged())[COPY.digest].reason is DropReason.DUPLICATE
    for marked, copy in ((LIMES[0], COPY), (COPY, LIMES[0])):
        found = _by_digest(_judged(Marks(((_key(marked), "lime"),))))
        assert (found[marked.digest].reason, found[marked.digest].detail) == (DropReason.REJECTED, "marked by hand")
        row = found[copy.digest]
        assert (row.reason, row.copy_of) == (DropReason.REJECTED, _key(marked))
        assert row.detail == f"a copy of {_key(marked)}, marked by hand"
        assert row.copy_score >= CONFIG.duplicate_score


def test_the_same_bytes_under_another_neighbor_go_too() -> None:
    """A person means what the picture shows, whichever category it was found for."""
    again = candidate(LIMES[1], 90, "gravel")
    found = _judged(Marks(((_key(LIMES[1]), "lime"),)), [*ROWS, again]).decisions
    (row,) = (row for row in found if row.key == again.key)
    assert (row.reason, row.copy_of, row.copy_score) == (DropReason.REJECTED, _key(LIMES[1]), 1.0)


def test_a_marked_neighbor_goes_whole_but_not_its_pictures_under_another_name() -> None:
    """The name is what was refused: the same picture may be right elsewhere."""
    again = candidate(STONES[0], 91, "lime")
    found = _judged(Marks(neighbors=("gravel",)), [*ROWS, again]).decisions
    gone = [row for row in found if row.neighbor == "gravel"]
    assert {(row.reason, row.detail) for row in gone} == {(DropReason.REJECTED, "neighbor marked by hand")}
    assert len(gone) == len(STONES)
    assert next(row for row in found if row.key == again.key).reason is None


def test_a_leak_and_what_cannot_be_read_are_told_as_such() -> None:
    """Marked or not, a copy of a target picture is a leak; an earlier data set comes after the mark."""
    earlier = [Held({LIMES[2].digest: "earlier:1.jpg"}, vectors([LIMES[2]]))]
    found = _by_digest(_judged(Marks(neighbors=("lime",)), earlier=earlier))
    assert found[LEAK.digest].reason is DropReason.LEAK
    assert found[BROKEN.digest].reason is DropReason.UNREADABLE
    assert found[LIMES[2].digest].reason is DropReason.REJECTED


def _verdict(row: Decision) -> tuple[object, ...]:
    return row.key, row.neighbor, row.reason, row.rival, row.group, row.copy_of


def _scores(row: Decision) -> tuple[float, ...]:
    """What rounds differently where other pictures are in the same product."""
    return row.similarity, row.agreement, row.centrality, row.margin


def _limits(bound: Bounded) -> tuple[float, ...]:
    return bound.least_similarity, bound.most_similarity, bound.least_agreement, bound.least_centrality


@given(st.sets(st.sampled_from(IDS)), st.sets(st.sampled_from(["lime", "gravel"])))
@settings(max_examples=25, deadline=None)
def test_what_is_rejected_has_no_say(pictures: set[tuple[str, str]], neighbors: set[str]) -> None:
    """The others get verdicts, scores and bounds as they would were the rejected ones no candidates at all."""
    config = SelectConfig.model_validate(
        {"min_similarity": {"otsu": 0.1}, "min_agreement": {"otsu": 0.1}, "min_margin": 0}
    )
    marks = Marks(tuple(sorted(pictures)), tuple(sorted(neighbors)))
    found = _judged(marks, config=config)
    gone = {(row.key, row.neighbor) for row in found.decisions if row.reason is DropReason.REJECTED}
    without = _judged(rows=[row for row in ROWS if (row.key, row.neighbor) not in gone], config=config)
    left = [row for row in found.decisions if (row.key, row.neighbor) not in gone]
    assert [_verdict(row) for row in left] == [_verdict(row) for row in without.decisions]
    assert np.allclose(list(map(_scores, left)), list(map(_scores, without.decisions)), atol=1e-5)
    assert len(found.decisions) == len(ROWS)
    judged = {row.neighbor for row in without.decisions}
    kept = [bound for bound in found.bounds if bound.neighbor in judged]
    assert [bound.neighbor for bound in kept] == [bound.neighbor for bound in without.bounds]
    assert np.allclose(list(map(_limits, kept)), list(map(_limits, without.bounds)), atol=1e-5)


@given(st.sets(st.sampled_from(IDS)))
@settings(max_examples=10, deadline=None)
def test_nothing_marked_is_kept(pictures: set[tuple[str, str]]) -> None:
    """No marked picture ends as kept, and every rejected one is marked or names one that is."""
    found = _judged(Marks(tuple(sorted(pictures)))).decisions
    assert not pictures & {(row.key, row.neighbor) for row in found if row.reason is None}
    keys = {key for key, _ in pictures}
    rejected = [row for row in found if row.reason is DropReason.REJECTED]
    assert all((row.key, row.neighbor) in pictures or row.copy_of in keys for row in rejected)


def test_each_mark_says_what_it_did(caplog: pytest.LogCaptureFixture) -> None:
    """Copies count with the picture; what is no candidate any more drops nothing, and the log says so."""
    marks = Marks((("0" * 20, "lime"), (_key(LIMES[0]), "lime")), ("gravel",))
    with caplog.at_level(logging.WARNING):
        done = applied(marks, _judged(marks).decisions)
    assert done == [
        Override("gravel", "", len(STONES)), Override("lime", "0" * 20, 0), Override("lime", _key(LIMES[0]), 2)
    ]  # fmt: skip
    assert "1 of 3 marks found nothing to drop, such as 00000000000000000000 of lime" in caplog.text
