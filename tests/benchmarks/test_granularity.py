"""Label sets of one granularity and another, the long tail over coarse classes, and how both are judged."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.figures import save
from benchmarks.granularity.drawing import figure
from benchmarks.granularity.grocery import chosen, numbered
from benchmarks.granularity.hierarchy import FINE, Hierarchy
from benchmarks.granularity.labels import LabelSet, class_mean, coarse_predictions, merged
from benchmarks.granularity.measure import LOSSES, Score, coarse_accuracy, run_seed, summarize, training_set
from benchmarks.granularity.tail import balanced_counts, draw, drawn_pair
from tasks.targets.long_tail import LongTail
from training.config import TrainConfig
from training.data import Examples

COARSE = np.array([0, 0, 0, 0, 1, 1, 2, 2, 2])


@given(groups=st.integers(1, 6), seed=st.integers(0, 99))
def test_every_label_lies_within_one_coarse_class(groups: int, seed: int) -> None:
    """Merging fine classes of different parents would change the question that is asked."""
    labels = merged(COARSE, groups, np.random.default_rng(seed))
    assert (labels.coarse[labels.of_fine] == COARSE).all()
    assert set(labels.of_fine.tolist()) == set(range(len(labels)))
    assert np.bincount(labels.coarse).tolist() == [min(groups, size) for size in (4, 2, 3)]


def test_the_coarsest_label_set_is_the_coarse_classes_and_the_finest_the_fine_ones() -> None:
    """At both ends nothing is left to chance but the order of labels."""
    rng = np.random.default_rng(0)
    assert merged(COARSE, 1, rng).of_fine.tolist() == COARSE.tolist()
    assert len(set(merged(COARSE, 4, rng).of_fine.tolist())) == len(COARSE)


def test_a_finer_prediction_counts_by_its_parent_and_its_siblings_shares_add_up() -> None:
    """Two half-sure labels of one parent outweigh one that is surer than either."""
    labels = LabelSet(np.array([0, 1, 2]), np.array([0, 0, 1]))
    logits = np.log(np.array([[0.3, 0.3, 0.4], [0.1, 0.1, 0.8]], dtype=np.float32))
    assert coarse_predictions(logits, labels).tolist() == [0, 1]


def test_accuracy_is_a_mean_over_classes_of_any_size() -> None:
    """A class of one picture weighs as much as one of three."""
    assert class_mean(np.array([0, 0, 0, 0]), np.array([0, 0, 0, 1])) == 50.0


@given(counts=st.lists(st.integers(1, 50), min_size=1, max_size=9))
def test_the_balanced_set_has_as_many_pictures_as_the_imbalanced_one(counts: list[int]) -> None:
    """Volume must not be what is compared."""
    balanced = balanced_counts(counts)
    assert sum(balanced) == sum(counts)
    assert max(balanced) - min(balanced) <= 1


def test_a_coarse_class_draws_from_its_fine_classes_alike() -> None:
    """Imbalance within a coarse class would be a second factor; a fine class that runs out is passed over."""
    fine = np.repeat(np.arange(9), [9, 9, 2, 9, 9, 9, 9, 9, 9])
    pictures = draw(fine, COARSE, [14, 6, 3], np.random.default_rng(0))
    assert len(set(pictures.tolist())) == 23
    drawn = np.bincount(fine[pictures], minlength=9).tolist()
    assert drawn[2] == 2
    assert sorted(drawn[:4]) == [2, 4, 4, 4]
    assert drawn[4:] == [3, 3, 1, 1, 1]


def test_the_tail_leaves_every_fine_class_a_picture() -> None:
    """A label without a training picture could not be trained on."""
    coarse = np.repeat(np.arange(5), FINE)
    fine = np.repeat(np.arange(len(coarse)), 10)
    sets = drawn_pair(fine, coarse, LongTail(most=40, imbalance=20, least=FINE))
    assert len(sets["balanced"]) == len(sets["imbalanced"])
    assert np.bincount(fine[sets["imbalanced"]], minlength=len(coarse)).min() == 1
    assert np.bincount(coarse[fine[sets["imbalanced"]]]).max() == 40


def test_no_coarse_class_brings_more_fine_classes_than_the_rarest_can_show() -> None:
    """Some of each coarse class, the same for the same seed."""
    coarse_of = {f"juice {number}": "juice" for number in range(9)} | {"anjou": "pear", "kaiser": "pear"}
    pairs = chosen(coarse_of, np.random.default_rng(1))
    assert [coarse for _, coarse in pairs] == ["juice"] * FINE + ["pear"] * 2
    assert pairs == chosen(coarse_of, np.random.default_rng(1))
    assert numbered([coarse for _, coarse in pairs]).tolist() == [0] * FINE + [1] * 2


def test_the_drop_and_its_error_are_taken_seed_by_seed() -> None:
    """What both training sets of a seed share does not count as noise."""
    scores = [Score("ce", 1, 12, 80, 70), Score("ce", 1, 12, 90, 80), Score("ce", 2, 24, 80, 75)]
    coarse, finer = summarize(scores)
    assert (coarse["balanced"], coarse["balanced_se"], coarse["drop"], coarse["drop_se"]) == (85.0, 5.0, 10.0, 0.0)
    assert (finer["labels"], finer["drop"]) == (24.0, 5.0)


@pytest.fixture
def blobs() -> Hierarchy:
    """Three coarse classes of four fine ones each, in features that tell them apart."""
    coarse, rng = np.repeat(np.arange(3), FINE), np.random.default_rng(0)
    centers = rng.normal(size=(len(coarse), 16)).astype(np.float32)

    def around(each: int) -> Examples:
        labels = np.repeat(np.arange(len(coarse)), each)
        vectors = centers[labels] + 0.1 * rng.normal(size=(len(labels), 16)).astype(np.float32)
        return Examples(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), labels)

    tail = LongTail(most=12, imbalance=3, least=FINE)
    return Hierarchy(coarse, around(3), around(2), tail, TrainConfig(hidden=0, batch_size=24, lr=0.1))


def test_what_can_be_told_apart_is_told_apart_on_both_training_sets(blobs: Hierarchy) -> None:
    """Features that leave no doubt, at the coarsest granularity, which comes first."""
    said: list[str] = []
    score = next(run_seed(blobs, 20, ["cross-entropy"], said.append))
    assert (score.loss, score.per_class, score.labels) == ("cross-entropy", 1, 3)
    assert min(score.balanced, score.imbalanced) > 90
    assert len(said) == 1


def test_fine_labels_are_judged_by_their_coarse_classes(blobs: Hierarchy) -> None:
    """Twelve labels are trained on, three classes judged."""
    labels = merged(blobs.coarse, FINE, np.random.default_rng(0))
    data = training_set(blobs, labels, np.arange(len(blobs.pool)))
    assert len(data.classes) == 12
    assert coarse_accuracy(data, labels, blobs.train.model_copy(update={"steps": 20})) > 90


def test_both_losses_are_drawn_for_every_corpus(tmp_path: Path) -> None:
    """A corpus that was run with one loss alone has its panels too."""
    rows = summarize([Score(loss, groups, 3 * groups, 80, 70) for loss in LOSSES for groups in (1, 2)])
    drawn = save(figure({"both": rows, "one": rows[:2]}), tmp_path / "drawn.png")
    assert drawn.read_bytes().startswith(b"\x89PNG")
