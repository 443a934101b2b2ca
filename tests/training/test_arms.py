"""Every arm changes its own factor and nothing else."""

import numpy as np
import pytest

from tests.training.small import small_set
from training.arms import derive
from training.config import Arm, Caps, TrainConfig
from training.priors import epoch_counts

CONFIG = TrainConfig(lambda_s=0.2)
LAMBDA = {Arm.TARGETS_ONLY: 1.0, Arm.SHUFFLED: 1.0, Arm.UNSILENCED: 1.0, Arm.SILENCED: 0.2, Arm.SILENCED_0: 0.0}


@pytest.mark.parametrize("arm", Arm)
def test_only_lambda_and_the_auxiliaries_differ(arm: Arm) -> None:
    """Targets, steps, seed and every other setting are shared."""
    full = small_set()
    data, config = derive(full, CONFIG, arm)
    assert config == CONFIG.model_copy(update={"lambda_s": LAMBDA[arm]})
    assert (data.train, data.val, data.test, data.classes) == (full.train, full.val, full.test, full.classes)


def test_targets_only_has_no_auxiliary_class() -> None:
    """N classes, and a prior over them."""
    data, _ = derive(small_set(), CONFIG, Arm.TARGETS_ONLY)
    assert (data.auxiliaries, len(data.auxiliary), len(data.edges)) == ((), 0, 0)
    assert epoch_counts(data, Caps()).tolist() == [12, 6, 2]


def test_shuffled_keeps_the_pictures_and_the_counts() -> None:
    """The same pictures under labels that say nothing: the volume and the prior stay."""
    full = small_set(auxiliary=(40, 30))
    data, _ = derive(full, CONFIG, Arm.SHUFFLED)
    assert np.array_equal(data.auxiliary.inputs, full.auxiliary.inputs)
    assert data.auxiliary_counts.tolist() == [40, 30]
    assert not np.array_equal(data.auxiliary.labels, full.auxiliary.labels)
