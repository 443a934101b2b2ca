"""Lengths counted in epochs."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.small import QUICK, small_set
from training.arms import derive
from training.config import Arm, Caps, Unit
from training.epochs import COUNTED, epoch_steps, in_steps
from training.fit import fit, identity
from training.sampler import EpochSampler

EPOCHS = QUICK.model_copy(
    update={"unit": Unit.EPOCH, "steps": 3, "warmup_steps": 1, "head_steps": 2, "evaluate_every": 1}
)


@given(batch_size=st.integers(1, 90), tail=st.integers(1, 9))
def test_an_epoch_is_the_fewest_steps_that_see_all_of_it(batch_size: int, tail: int) -> None:
    """By the sampler's own count: a step fewer would miss a picture."""
    data, caps = small_set(), Caps(tail=tail)
    steps = epoch_steps(QUICK.model_copy(update={"batch_size": batch_size, "caps": caps}), data)
    length = EpochSampler(data, caps, batch_size, 0).epoch_length
    assert (steps - 1) * batch_size < length <= steps * batch_size


def test_every_length_is_counted() -> None:
    """29 pictures are 4 batches of 8; what is counted in steps of itself stays."""
    config = in_steps(EPOCHS, small_set())
    assert [getattr(config, name) for name in COUNTED] == [12, 4, 8, 4]
    assert (config.log_every, config.save_every, config.retrain_steps) == (5, 10, 500)
    assert in_steps(config, small_set()) == config


def test_steps_stay_steps() -> None:
    """Whatever the data."""
    assert in_steps(QUICK, small_set()) is QUICK


@pytest.mark.parametrize("arm", [arm for arm in Arm if arm is not Arm.RETRAINED])
def test_every_arm_trains_as_long(arm: Arm) -> None:
    """Though its own epoch may be shorter: a recipe's epoch is that of the targets with all their neighbors."""
    _, settings = derive(small_set(), EPOCHS, arm)
    assert [getattr(settings, name) for name in COUNTED] == [12, 4, 8, 4]


def test_a_warm_up_keeps_its_share_of_retraining() -> None:
    """A third, whichever unit both are told in; and validation is looked at as often as in training."""
    _, settings = derive(small_set(), EPOCHS.model_copy(update={"retrain_steps": 60}), Arm.RETRAINED)
    assert (settings.steps, settings.warmup_steps, settings.evaluate_every) == (60, 20, 20)


def test_the_same_run_in_either_unit_is_one_run() -> None:
    """And another one where an epoch has fewer steps."""
    data = small_set()
    in_epochs, counted = (identity(data, config, Arm.SILENCED) for config in (EPOCHS, in_steps(EPOCHS, data)))
    assert in_epochs == counted
    fewer = EPOCHS.model_copy(update={"batch_size": 16})
    assert identity(data, fewer, Arm.SILENCED) != in_epochs


def test_a_run_ends_after_its_epochs(tmp_path: Path) -> None:
    """With a look at validation after each."""
    told: list[tuple[int, int]] = []
    config = EPOCHS.model_copy(update={"log_every": 100, "head_steps": 0})
    fit(small_set(), config, Arm.TARGETS_ONLY, tmp_path, lambda step, total, _: told.append((step, total)))
    assert told == [(4, 12), (8, 12), (12, 12)]
