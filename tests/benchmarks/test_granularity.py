"""Label sets of one granularity and another, the long tail over coarse classes, and how both are judged."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.figures import save
from benchmarks.granularity.drawing import figure
from benchmarks.granularity.grocery import TAIL, chosen, numbered
from benchmarks.granularity.herbarium import TAIL as HERBARIUM
from benchmarks.granularity.hierarchy import FINE, Hierarchy
from benchmarks.granularity.labels import LabelSet, class_mean, coarse_predictions, merged
from benchmarks.granularity.measure import (
    LOSSES,
    PER_CLASS,
    Plan,
    Score,
    coarse_accuracy,
    run_seed,
    score,
    training_set,
)
from benchmarks.granularity.summary import summarize
from benchmarks.granularity.tail import balanced_counts, draw, drawn_pair
from tasks.targets.long_tail import LongTail, tail_counts
from training.config import TrainConfig
from training.data import Examples

COARSE = np.repeat(np.arange(3), FINE)


@given(groups=st.sampled_from([1, 2, 4]), seed=st.integers(0, 99))
def test_every_label_lies_within_one_coarse_class(groups: int, seed: int) -> None:
    """Merging fine classes of different parents would change the question that is asked."""
    labels = merged(COARSE, groups, np.random.default_rng(seed))
    assert (labels.coarse[labels.of_fine] == COARSE).all()
    assert set(labels.of_fine.tolist()) == set(range(len(labels)))
    assert np.bincount(labels.coarse).tolist() == [groups] * 3


def test_the_coarsest_label_set_is_the_coarse_classes_and_the_finest_the_fine_ones() -> None:
    """At both ends nothing is left to chance but the order of labels."""
    rng = np.random.default_rng(0)
    assert merged(COARSE, 1, rng).of_fine.tolist() == COARSE.tolist()
    assert len(set(merged(COARSE, FINE, rng).of_fine.tolist())) == len(COARSE)


def test_fine_classes_that_do_not_share_out_alike_are_refused() -> None:
    """A label of two fine classes beside one of one would be an imbalance within a coarse class."""
    with pytest.raises(ValueError, match="reshape"):
        merged(COARSE, 3, np.random.default_rng(0))


def test_coarse_classes_of_unequal_numbers_of_fine_ones_are_refused() -> None:
    """The one with more labels would have the larger prior at the level that is judged."""
    nothing = Examples(np.empty((0, 1), dtype=np.float32), np.empty(0, dtype=np.int64))
    with pytest.raises(ValueError, match="1 to 2 fine ones"):
        Hierarchy(np.array([0, 0, 1]), nothing, nothing, TAIL, TrainConfig())


def test_a_finer_prediction_counts_by_its_parent_and_its_siblings_shares_add_up() -> None:
    """Two half-sure labels of one parent outweigh one that is surer than either."""
    labels = LabelSet(np.array([0, 1, 2]), np.array([0, 0, 1]))
    logits = np.log(np.array([[0.3, 0.3, 0.4], [0.1, 0.1, 0.8]], dtype=np.float32))
    assert coarse_predictions(logits, labels).tolist() == [0, 1]


def test_accuracy_is_a_mean_over_the_classes_asked_for_of_any_size() -> None:
    """A class of one picture weighs as much as one of three, and another's pictures count for nothing."""
    predicted, truth = np.array([0, 0, 0, 0]), np.array([0, 0, 0, 1])
    assert class_mean(predicted, truth, np.array([0, 1])) == 50.0
    assert class_mean(predicted, truth, np.array([1])) == 0.0


@given(counts=st.lists(st.integers(1, 50), min_size=1, max_size=9))
def test_the_balanced_set_has_as_many_pictures_as_the_imbalanced_one(counts: list[int]) -> None:
    """Volume must not be what is compared."""
    balanced = balanced_counts(counts)
    assert sum(balanced) == sum(counts)
    assert max(balanced) - min(balanced) <= 1


@pytest.mark.parametrize(("tail", "classes"), [(TAIL, 6), (HERBARIUM, 24)])
@pytest.mark.parametrize("seed", range(5))
def test_both_corpora_have_a_balanced_set_without_any_imbalance(tail: LongTail, classes: int, seed: int) -> None:
    """Shares that come out even, for every seed's order of classes."""
    counts = tail_counts(classes, tail.model_copy(update={"seed": seed}))
    assert len(set(balanced_counts(counts))) == 1
    assert max(counts) / min(counts) == tail.imbalance


@pytest.mark.parametrize("per_class", PER_CLASS)
def test_the_imbalance_of_labels_is_that_of_coarse_classes_at_every_granularity(per_class: int) -> None:
    """Else finer labels would be trained on under another imbalance, and "balanced" would not be balanced."""
    fine = np.repeat(np.arange(len(COARSE)), 10)
    labels = merged(COARSE, per_class, np.random.default_rng(0))
    sets = drawn_pair(fine, COARSE, [10, 4, 1], seed=0)
    drawn = {name: np.bincount(labels.of_fine[fine[pictures]]) for name, pictures in sets.items()}
    assert set(drawn["balanced"].tolist()) == {5 * FINE // per_class}
    assert (drawn["imbalanced"] == np.array([10, 4, 1])[labels.coarse] * FINE // per_class).all()


def test_of_every_class_one_set_holds_the_others_pictures() -> None:
    """Pictures that the sets need not differ in would be noise in what imbalance costs."""
    fine, counts = np.repeat(np.arange(len(COARSE)), 10), [10, 4, 1]
    sets = {name: set(drawn.tolist()) for name, drawn in drawn_pair(fine, COARSE, counts, seed=1).items()}
    assert len(sets["balanced"] & sets["imbalanced"]) == FINE * (5 + 4 + 1)
    assert len(sets["balanced"]) == len(sets["imbalanced"]) == FINE * 15


def test_a_fine_class_with_too_few_pictures_is_refused() -> None:
    """What it lacks would make its coarse class rarer than the tail says."""
    with pytest.raises(ValueError, match="fine class 0 has 2 pictures, and 3"):
        draw(np.repeat(np.arange(len(COARSE)), 2), COARSE, [3, 1, 1], 0)


def test_coarse_classes_of_too_few_fine_ones_are_left_out_and_of_more_some_are_drawn() -> None:
    """As many of each, the same for the same seed."""
    coarse_of = {f"{name} {number}": name for name in ("juice", "milk") for number in range(9)} | {"anjou": "pear"}
    pairs = chosen(coarse_of, np.random.default_rng(1))
    assert [coarse for _, coarse in pairs] == ["juice"] * FINE + ["milk"] * FINE
    assert pairs == chosen(coarse_of, np.random.default_rng(1))
    assert numbered([coarse for _, coarse in pairs]).tolist() == [0] * FINE + [1] * FINE


def _score(per_class: int, balanced: float, imbalanced: float, rare: float = 50) -> Score:
    return Score("ce", per_class, 3 * per_class, {"all": balanced, "rare": 60}, {"all": imbalanced, "rare": rare})


def test_drops_and_what_finer_labels_spare_are_taken_seed_by_seed() -> None:
    """What both training sets of a seed share does not count as noise, and no more what both label sets do."""
    scores = [_score(1, 80, 70), _score(2, 80, 75, 58), _score(1, 90, 78), _score(2, 88, 81, 56)]
    coarse, finer = summarize(scores)
    assert (coarse["balanced"], coarse["balanced_se"], coarse["drop"], coarse["drop_se"]) == (85.0, 5.0, 11.0, 1.0)
    assert (coarse["spared_mean"], coarse["spared_low"], coarse["spared_high"]) == (0, 0, 0)
    assert (finer["labels"], finer["seeds"], finer["drop"]) == (6, 2, 6.0)
    assert (finer["spared_mean"], finer["spared_low"], finer["spared_high"]) == (5.0, 5.0, 5.0)
    assert (finer["rare_drop"], finer["rare_spared_mean"]) == (3.0, 7.0)


def test_what_one_seed_cannot_tell_is_null() -> None:
    """JSON has no NaN."""
    _, finer = summarize([_score(1, 80, 70), _score(2, 80, 75)])
    assert (finer["spared_mean"], finer["spared_low"], finer["drop_se"]) == (5.0, None, None)
    json.dumps(finer, allow_nan=False)


@pytest.fixture
def blobs() -> Hierarchy:
    """Three coarse classes of four fine ones each, in features that tell them apart."""
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(len(COARSE), 16)).astype(np.float32)

    def around(each: int) -> Examples:
        labels = np.repeat(np.arange(len(COARSE)), each)
        vectors = centers[labels] + 0.1 * rng.normal(size=(len(labels), 16)).astype(np.float32)
        return Examples(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), labels)

    tail = LongTail(most=3, imbalance=3, least=1)
    return Hierarchy(COARSE, around(3), around(2), tail, TrainConfig(hidden=0, batch_size=24, lr=0.1))


def test_the_rarest_third_is_told_by_the_imbalanced_set(blobs: Hierarchy) -> None:
    """Of three classes one: the one with a picture of each fine class."""
    assert [blobs.counts[rare] for rare in blobs.rarest] == [1]


def test_what_can_be_told_apart_is_told_apart_on_both_training_sets(blobs: Hierarchy, tmp_path: Path) -> None:
    """Features that leave no doubt, at every granularity of the plan, each set in a folder of its own."""
    scores = list(run_seed(blobs, Plan(20, [0], ["cross-entropy"], (1, FINE)), tmp_path))
    assert [(score.loss, score.per_class, score.labels) for score in scores] == [
        ("cross-entropy", 1, 3), ("cross-entropy", FINE, 12),
    ]  # fmt: skip
    assert min(*scores[0].balanced.values(), *scores[0].imbalanced.values()) > 90
    assert len(list(tmp_path.iterdir())) == 4


def test_a_finished_training_is_not_run_again(blobs: Hierarchy, tmp_path: Path) -> None:
    """A killed benchmark goes on: its folder is found by what is trained."""
    first = score(blobs, 20, tmp_path, "cross-entropy", 1)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.pt")}
    assert score(blobs, 20, tmp_path, "cross-entropy", 1) == first
    assert written
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.pt")} == written


def test_fine_labels_are_judged_by_their_coarse_classes(blobs: Hierarchy, tmp_path: Path) -> None:
    """Twelve labels are trained on, three classes judged."""
    labels = merged(blobs.coarse, FINE, np.random.default_rng(0))
    data = training_set(blobs, labels, np.arange(len(blobs.pool)))
    assert len(data.classes) == 12
    config = blobs.train.model_copy(update={"steps": 20})
    assert coarse_accuracy(data, labels, blobs.rarest, config, tmp_path)["all"] > 90


def test_every_loss_is_drawn_for_every_corpus_whatever_seeds_it_has(tmp_path: Path) -> None:
    """A corpus that was run with one loss and one seed has its panels too, without bars."""
    reached = {"all": 80.0, "rare": 70.0}
    scores = [Score(loss, groups, 3 * groups, reached, reached) for loss in LOSSES for groups in (1, 2)]
    drawn = save(figure({"both": summarize(scores * 2), "one": summarize(scores[:2])}), tmp_path / "drawn.png")
    assert drawn.read_bytes().startswith(b"\x89PNG")
