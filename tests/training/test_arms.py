"""Every arm changes its own factor and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from storage.errors import BadInput
from tests.training.small import small_set
from training.arms import added, derive
from training.config import Arm, Caps, LossName, Silence, TrainConfig
from training.data import check, content_digest, no_examples, without_empty_auxiliaries
from training.priors import epoch_counts

CONFIG = TrainConfig(lambda_s=0.2, silence=Silence.NEIGHBORS_AND_AUXILIARIES, warmup_steps=150)
UNSILENCED = {"silence": Silence.NONE, "lambda_s": 1.0}
RETRAINING = {"steps": 500, "warmup_steps": 50, "evaluate_every": 33, "loss": LossName.NEIGHBOR_SILENCING}
CHANGED: dict[Arm, dict[str, object]] = {
    Arm.SILENCED: {},
    Arm.SILENCED_0: {"lambda_s": 0.0},
    Arm.RETRAINED: {**UNSILENCED, **RETRAINING},
}
ADDING = (Arm.SAME_VOLUME, Arm.RANDOM, Arm.SHUFFLED, Arm.UNSILENCED, Arm.SILENCED, Arm.SILENCED_0, Arm.RETRAINED)


@pytest.mark.parametrize("arm", Arm)
def test_only_the_arm_s_own_factor_differs(arm: Arm) -> None:
    """Classes, validation, test, seed and every other setting are shared; no arm holds what it does not use."""
    full = small_set()
    data, config = derive(full, CONFIG, arm)
    assert config == CONFIG.model_copy(update=CHANGED.get(arm, UNSILENCED))
    assert (data.val, data.test, data.classes) == (full.val, full.test, full.classes)
    assert data.train is full.train or arm is Arm.SAME_VOLUME
    assert len(data.spare) == len(data.unrelated) == 0
    check(data)


@pytest.mark.parametrize("arm", [arm for arm in Arm if arm not in (Arm.SAME_VOLUME, Arm.RANDOM)])
def test_sets_of_other_arms_change_no_digest(arm: Arm) -> None:
    """Spare and unrelated pictures may come later without a run of another arm being trained again."""
    full = small_set()
    bare = replace(full, spare=no_examples(), unrelated=no_examples())
    assert content_digest(derive(full, CONFIG, arm)[0]) == content_digest(derive(bare, CONFIG, arm)[0])


def test_all_arms_but_those_of_one_set_have_digests_of_their_own() -> None:
    """Targets alone are shared by two arms, the neighbors by three; each other set is another."""
    assert len({content_digest(derive(small_set(), CONFIG, arm)[0]) for arm in Arm}) == 5


@pytest.mark.parametrize("caps", [Caps(), Caps(tail=3), Caps(tail=4)])
@pytest.mark.parametrize("arm", ADDING)
def test_every_arm_adds_the_same_volume(arm: Arm, caps: Caps) -> None:
    """An epoch draws as many pictures beside the targets' own, whatever they show."""
    config = CONFIG.model_copy(update={"caps": caps})
    assert added(small_set(), config, arm) == added(small_set(), config, Arm.SILENCED) > 0


def test_targets_only_has_no_auxiliary_class() -> None:
    """N classes, and a prior over them."""
    data, _ = derive(small_set(), CONFIG, Arm.TARGETS_ONLY)
    assert (data.auxiliaries, len(data.auxiliary), len(data.edges)) == ((), 0, 0)
    assert epoch_counts(data, Caps()).tolist() == [12, 6, 2]
    assert added(small_set(), CONFIG, Arm.TARGETS_ONLY) == 0


def test_same_volume_has_the_prior_of_its_own_counts() -> None:
    """Spare pictures are training pictures like the others, each as likely as any."""
    data, _ = derive(small_set(), CONFIG, Arm.SAME_VOLUME)
    assert len(data.train) == 20 + 9
    assert epoch_counts(data, Caps()).tolist() == data.train_counts.tolist()
    assert np.array_equal(data.train.labels[:20], small_set().train.labels)


def test_same_volume_takes_all_where_there_are_fewer() -> None:
    """And says how many that were."""
    full = small_set(auxiliary=(25, 25))
    assert (added(full, CONFIG, Arm.SAME_VOLUME), added(full, CONFIG, Arm.SILENCED)) == (30, 50)


def test_the_seed_draws_the_spare_pictures() -> None:
    """The same for a seed, others for another."""
    drawn = [
        derive(small_set(), CONFIG.model_copy(update={"seed": seed}), Arm.SAME_VOLUME)[0].train.inputs
        for seed in (0, 0, 1)
    ]
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


def test_random_pictures_are_as_many_and_neighbors_of_nothing() -> None:
    """As many as the auxiliaries hold, of classes without a parent, in an epoch of the silenced arm's volume."""
    full = small_set(auxiliary=(8, 7))
    config = CONFIG.model_copy(update={"caps": Caps(tail=3)})
    data, _ = derive(full, config, Arm.RANDOM)
    assert (len(data.auxiliary), len(data.edges), len(data.auxiliaries)) == (15, 0, 3)
    assert sorted(epoch_counts(data, config.caps)[3:].tolist()) == [2, 2, 2]


def test_unrelated_classes_that_were_not_drawn_are_removed() -> None:
    """They would have no prior."""
    data, _ = derive(small_set(train=(12, 6), auxiliary=(1,)), CONFIG, Arm.RANDOM)
    assert (len(data.auxiliaries), data.auxiliary.labels.tolist()) == (1, [0])


@pytest.mark.parametrize(
    ("arm", "option"), [(Arm.SAME_VOLUME, "mend: compare with --spare"), (Arm.RANDOM, "mend: compare with --unrelated")]
)
def test_an_arm_without_its_pictures_is_refused(arm: Arm, option: str) -> None:
    """With the option that gives them."""
    bare = replace(small_set(), spare=no_examples(), unrelated=no_examples())
    with pytest.raises(BadInput, match=option):
        derive(bare, CONFIG, arm)


def test_shuffled_keeps_the_pictures_and_the_counts() -> None:
    """The same pictures under labels that say nothing: the volume and the prior stay."""
    full = small_set(auxiliary=(40, 30))
    data, _ = derive(full, CONFIG, Arm.SHUFFLED)
    assert np.array_equal(data.auxiliary.inputs, full.auxiliary.inputs)
    assert data.auxiliary_counts.tolist() == [40, 30]
    assert not np.array_equal(data.auxiliary.labels, full.auxiliary.labels)


@pytest.mark.parametrize("arm", Arm)
def test_an_auxiliary_that_was_left_empty_is_in_no_arm(arm: Arm) -> None:
    """Removed before any prior is taken, as METHOD says; with several parents the rarest caps what stays."""
    full = without_empty_auxiliaries(small_set(train=(60, 30, 2, 2), auxiliary=(40, 0, 60)))
    data, config = derive(full, CONFIG, arm)
    counts = epoch_counts(data, config.caps)
    assert (counts > 0).all()
    if len(data.edges):
        assert counts.tolist() == [60, 30, 2, 2, 30, 50]


@pytest.mark.parametrize("arm", [Arm.SILENCED, Arm.SILENCED_0, Arm.RETRAINED])
def test_an_arm_that_silences_is_refused_under_a_loss_that_does_not(arm: Arm) -> None:
    """It would be unsilenced under another name; the recipe says so first, the arm where it is asked for by name."""
    ldam = CONFIG.model_copy(update={"loss": LossName.LDAM_DRW})
    with pytest.raises(BadInput, match=rf"{arm} .* ldam_drw .*\n.*neighbor_silencing"):
        derive(small_set(), ldam, arm)
    with pytest.raises(ValueError, match=rf"loss ldam_drw .* {arm}"):
        TrainConfig(loss=LossName.LDAM_DRW, arms=(Arm.TARGETS_ONLY, arm))
    assert TrainConfig(loss=LossName.LDAM_DRW, arms=(Arm.TARGETS_ONLY, Arm.UNSILENCED))
