"""Mixed batches: what their pixels and their labels are made of."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from training.config import TrainConfig
from training.losses.base import MixedLabels
from training.mixing import cutmix, mix, mixup

ALPHAS = st.floats(0.05, 5)
SEEDS = st.integers(0, 10**6)


def batch(size: int, height: int, width: int) -> tuple[Tensor, Tensor]:
    """Pictures whose every value is the sample's number, as are the labels."""
    labels = torch.arange(size)
    return labels.float()[:, None, None, None].expand(size, 3, height, width).clone(), labels


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, alpha=ALPHAS, height=st.integers(1, 20), width=st.integers(1, 20), size=st.integers(1, 6))
def test_cutmix_counts_its_pixels(seed: int, alpha: float, height: int, width: int, size: int) -> None:
    """Every pixel is one of the pair's, in one box that is the same for all, and shares are exact areas."""
    inputs, labels = batch(size, height, width)
    cut, mixed = cutmix(inputs, labels, alpha, np.random.default_rng(seed))
    assert cut.shape == inputs.shape
    assert torch.equal(inputs, batch(size, height, width)[0])
    assert torch.equal(mixed.first, labels)
    assert sorted(mixed.second.tolist()) == labels.tolist()
    own, other = (cut == one[:, None, None, None] for one in (mixed.first, mixed.second))
    assert (own | other).all()
    apart = mixed.first != mixed.second
    torch.testing.assert_close(mixed.share[apart], own.float().mean((1, 2, 3))[apart])
    for box in other[apart][:, 0]:
        rows, columns = box.any(1), box.any(0)
        assert torch.equal(box, rows[:, None] & columns)
        assert all(int(side.int().diff().abs().sum()) <= 2 for side in (rows, columns))


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, alpha=ALPHAS, shape=st.sampled_from([(7,), (3, 4, 5)]))
def test_mixup_blends_by_the_share(seed: int, alpha: float, shape: tuple[int, ...]) -> None:
    """A blend of each sample with its partner, vectors and pictures alike, by the share that the labels have."""
    inputs, labels = torch.randn(4, *shape), torch.arange(4)
    blended, mixed = mixup(inputs, labels, alpha, np.random.default_rng(seed))
    share = mixed.share.reshape(4, *[1] * len(shape))
    torch.testing.assert_close(blended, share * inputs[mixed.first] + (1 - share) * inputs[mixed.second])


def _ways(config: TrainConfig, steps: int) -> list[str]:
    inputs, labels = batch(6, 9, 9)
    ways = []
    for step in range(steps):
        mixed, given_ = mix(inputs, labels, config, np.random.default_rng(step))
        whole = bool((mixed == mixed.round()).all())
        ways.append("none" if isinstance(given_, Tensor) else "cutmix" if whole else "mixup")
    return ways


@pytest.mark.parametrize(
    ("mixup_alpha", "cutmix_alpha", "ways"),
    [(0.0, 0.0, {"none"}), (1.0, 0.0, {"mixup"}), (0.0, 1.0, {"cutmix"})],
)
def test_a_recipe_with_one_way(mixup_alpha: float, cutmix_alpha: float, ways: set[str]) -> None:
    """Mixup, cutmix, or the batch as it was."""
    config = TrainConfig().model_copy(update={"mixup": mixup_alpha, "cutmix": cutmix_alpha})
    assert set(_ways(config, 20)) == ways


def test_two_ways_take_half_of_the_steps_each() -> None:
    """Of 400 steps about 200; which is the stream's to say, so a resumed run mixes alike."""
    config = TrainConfig().model_copy(update={"mixup": 1.0, "cutmix": 1.0})
    ways = _ways(config, 400)
    assert 150 < ways.count("mixup") < 250
    assert ways.count("mixup") + ways.count("cutmix") == 400
    assert ways == _ways(config, 400)


@pytest.mark.parametrize("way", [mixup, cutmix])
def test_a_batch_of_one_is_mixed_with_itself(way: object) -> None:
    """Nothing changes but the form of the labels."""
    inputs, labels = batch(1, 5, 5)
    assert callable(way)
    mixed, labels_of = way(inputs, labels, 1.0, np.random.default_rng(0))
    assert torch.equal(mixed, inputs)
    assert isinstance(labels_of, MixedLabels)
    assert torch.equal(labels_of.first, labels_of.second)
