"""How vetting is scored: which answers, which labels, which figures."""

from collections import Counter

import pytest

from benchmarks.names.sample import DEVELOPED, LABEL_SETS, UNSEEN, sample
from benchmarks.neighbors import ANSWERS, figures, interval, labels, score

needs_answers = pytest.mark.skipif(
    not ANSWERS.is_dir(), reason=f"there are no answers of a language model at {ANSWERS}"
)
LABELS = {"keep", "alias", "hyponym", "not a kind", "nonsense", "repeat"}


def test_an_interval_holds_its_share_and_shrinks() -> None:
    """Wilson's interval lies in [0, 1] around the share, narrower the more there are."""
    for hits, of in ((0, 10), (5, 10), (10, 10), (50, 100)):
        low, high = interval(hits, of)
        assert 0 <= low <= hits / of + 1e-9
        assert hits / of - 1e-9 <= high <= 1
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(50, 100)[0] == pytest.approx(0.4038, abs=1e-4)


def test_figures_count_right_over_said_and_right_over_true() -> None:
    """Of four answers two are kept, one rightly; two were to be kept."""
    found = figures([(True, True), (True, False), (False, True), (False, False)], "keep_")
    assert (found["precision"], found["recall"], found["keep_all_precision"], found["answers"]) == (0.5, 0.5, 0.5, 4)


def test_every_label_is_one_of_the_rules() -> None:
    """Both readers labelled every answer once, and food has no true classes to be excluded by."""
    held = labels()
    assert len(held) == len(LABEL_SETS) * (DEVELOPED + UNSEEN)
    assert {row[column] for row in held.values() for column in ("label", "second_label")} <= LABELS
    assert not any(row["excluded_by"] for place, row in held.items() if place.startswith("food"))


@needs_answers
def test_the_sample_is_what_was_labelled() -> None:
    """The same answers on every machine, none of them the query itself, and as many of every label set."""
    items = sample(ANSWERS)
    assert [item.place for item in items] == list(labels())
    assert Counter((item.label_set, item.unseen) for item in items) == {
        (label_set, unseen): UNSEEN if unseen else DEVELOPED for label_set in LABEL_SETS for unseen in (False, True)
    }
    assert not any(item.answer.strip().casefold() == item.query.casefold() for item in items)


@needs_answers
def test_without_a_dictionary_vetting_beats_keeping_everything() -> None:
    """On the half that is for developing: more of what is kept is right, and little that is right is lost."""
    kept, _ = score([item for item in sample(ANSWERS) if not item.unseen], ANSWERS, None)
    found = figures([(one.kept, one.label == "keep") for one in kept], "keep_")
    assert isinstance(found["precision"], float)
    assert isinstance(found["keep_all_precision"], float)
    assert found["precision"] > found["keep_all_precision"] + 0.05
    assert found["recall"] == pytest.approx(1, abs=0.05)
