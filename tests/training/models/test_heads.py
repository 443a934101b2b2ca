"""What every head computes, what is left of it without auxiliary rows, and which linear layer it equals."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from tests.training.small import DIM, QUICK
from training.config import Head, HeadKind, LossName
from training.models.features import FeatureClassifier
from training.models.heads import BatchNormHead, CosineHead, as_linear, head_of, targets_only

CLASSES = 7
KINDS = [HeadKind.LINEAR, HeadKind.COSINE, HeadKind.BATCH_NORM]


def drawn(seed: int, rows: int = 20) -> Tensor:
    """Features that are neither centered nor of unit variance, [rows, DIM]."""
    generator = torch.Generator().manual_seed(seed)
    return 3 * torch.randn(rows, DIM, generator=generator) + torch.randn(DIM, generator=generator)


def head(kind: HeadKind, seed: int = 0, scale: float = 100.0) -> nn.Module:
    """A head that has seen two batches, in evaluation."""
    config = QUICK.model_copy(update={"head": Head(kind=kind, scale=scale)})
    made = head_of(DIM, CLASSES, config, torch.Generator().manual_seed(seed))
    for batch in range(2):
        made(drawn(batch + 1))
    return made.eval()


@given(seed=st.integers(0, 99), scale=st.sampled_from([1.0, 25.0, 100.0]), factor=st.floats(0.01, 100))
def test_cosine_logits_are_bounded_by_the_scale_and_blind_to_lengths(seed: int, scale: float, factor: float) -> None:
    """None is larger than the scale, a class's own weights have just that, and longer features have the same."""
    made = head(HeadKind.COSINE, seed, scale)
    features = drawn(seed)
    assert isinstance(made, CosineHead)
    assert made(features).abs().max() <= scale * (1 + 1e-5)
    torch.testing.assert_close(made(made.weight).diagonal(), torch.full((CLASSES,), scale), rtol=1e-5, atol=0)
    torch.testing.assert_close(made(factor * features), made(features), rtol=1e-4, atol=1e-4 * scale)


def test_cosines_are_not_rounded_to_half_precision() -> None:
    """Under autocast the logits are those of float32."""
    made, features = head(HeadKind.COSINE), drawn(5)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(made(features), made(features.float()))
        assert made(features.bfloat16()).dtype == torch.float32
    torch.testing.assert_close(made(features.bfloat16()), made(features.bfloat16().float()))


def test_ldam_s_logits_are_scaled_cosines() -> None:
    """Whatever the features, none is larger than the scale that its margins are measured in."""
    config = QUICK.model_copy(update={"loss": LossName.LDAM_DRW})
    logits = FeatureClassifier(12, 7, config)(1000 * torch.randn(50, 12))
    assert logits.abs().max() <= config.baselines.scale * (1 + 1e-5)
    assert logits.abs().max() > config.baselines.scale / 10


def test_batch_norm_brings_features_to_one_scale() -> None:
    """In training a batch's logits are the same however its features are scaled and shifted."""
    made, features = head(HeadKind.BATCH_NORM).train(), drawn(3)
    shifted = features * torch.linspace(0.5, 50, DIM) + 10
    torch.testing.assert_close(made(shifted), made(features), rtol=1e-4, atol=1e-4)
    assert isinstance(made, BatchNormHead)
    assert list(made.norm.parameters()) == []


@given(seed=st.integers(0, 99), kind=st.sampled_from([HeadKind.LINEAR, HeadKind.BATCH_NORM]))
def test_as_linear_is_the_head_in_evaluation(seed: int, kind: HeadKind) -> None:
    """The same logits to 1e-5, by one linear layer of its own: the head is not touched."""
    made, features = head(kind, seed), drawn(seed + 9)
    before = made(features)
    layer = as_linear(made)
    assert type(layer) is nn.Linear
    torch.testing.assert_close(layer(features), before, rtol=1e-5, atol=1e-5)
    nn.init.zeros_(layer.weight)
    assert torch.equal(made(features), before)


def test_no_linear_layer_is_a_cosine_head() -> None:
    """Its logits do not grow with the features."""
    assert as_linear(head(HeadKind.COSINE)) is None


@given(seed=st.integers(0, 99), kind=st.sampled_from(KINDS), count=st.integers(1, CLASSES))
def test_targets_only_has_the_first_logits(seed: int, kind: HeadKind, count: int) -> None:
    """They alone, and the same, and the given head keeps all its rows."""
    made, features = head(kind, seed), drawn(seed + 9)
    kept = targets_only(made, count)
    torch.testing.assert_close(kept(features), made(features)[:, :count], rtol=1e-6, atol=1e-5)
    assert not kept.training
    assert kept(features).shape == (len(features), count)
    assert made(features).shape == (len(features), CLASSES)


def test_what_is_no_head_is_told() -> None:
    """Instead of being handed out with its auxiliary rows."""
    with pytest.raises(TypeError, match="Identity"):
        targets_only(nn.Identity(), 2)
