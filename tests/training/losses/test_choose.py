"""From a recipe to its loss."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.training.small import QUICK, small_set
from training.config import LossName, Silence, TrainConfig
from training.data import without_empty_auxiliaries
from training.losses.choose import loss_of, silenced_edges

DATA = small_set(train=(120, 60, 2), auxiliary=(5, 4))  # auxiliary a belongs to targets a and a + 1
LOGITS = torch.randn(8, 5, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(8) % 5


def value(**changes: object) -> float:
    """The mean loss of a fixed batch under a recipe."""
    return float(loss_of(DATA, QUICK.model_copy(update=changes))(LOGITS, LABELS).mean)


@pytest.mark.parametrize("name", LossName)
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_every_name_has_a_loss(name: LossName, smoothing: float) -> None:
    """Each is finite on targets and auxiliaries, is told of progress, and smoothing changes it."""
    loss = loss_of(DATA, QUICK.model_copy(update={"loss": name, "label_smoothing": smoothing}))
    loss.advance(0.0)
    assert torch.isfinite(loss(LOGITS, LABELS).mean)
    assert value(loss=name, label_smoothing=0.0) != value(loss=name, label_smoothing=0.1)


def test_losses_and_variants_differ() -> None:
    """No two names give the same value, and no two ways of silencing."""
    assert len({value(loss=name, tau=1.5) for name in LossName}) == len(LossName)
    assert len({value(silence=silence) for silence in Silence}) == len(Silence)


def test_silencing_none_is_balanced_softmax() -> None:
    """Whatever lambda is, and in both names."""
    balanced = value(loss=LossName.BALANCED_SOFTMAX, tau=3.0)
    assert value(silence=Silence.NONE, lambda_s=0.0) == pytest.approx(balanced)
    assert value(loss=LossName.LOGIT_ADJUSTMENT, tau=1.0) == pytest.approx(balanced)


def test_the_tail_alone_is_silenced() -> None:
    """Edges stay where the target has fewer training pictures than `tail_below`; the same auxiliary may have both."""
    config = TrainConfig(silence=Silence.TAIL_ONLY, tail_below=60)
    assert silenced_edges(DATA, config).tolist() == [[2, 1]]
    assert len(silenced_edges(DATA, config.model_copy(update={"tail_below": 121}))) == len(DATA.edges)


def test_settings_reach_their_loss() -> None:
    """Beta, margin, scale and tau change what they belong to."""
    other = QUICK.baselines.model_copy(update={"beta": 0.5})
    assert value(loss=LossName.CLASS_BALANCED) != value(loss=LossName.CLASS_BALANCED, baselines=other)
    for changed in ({"max_margin": 0.1}, {"scale": 1.0}):
        other = QUICK.baselines.model_copy(update=changed)
        assert value(loss=LossName.LDAM_DRW) != value(loss=LossName.LDAM_DRW, baselines=other)
    assert value(tau=0.0) != value(tau=1.0)


@pytest.mark.parametrize("name", LossName)
@pytest.mark.parametrize("silence", Silence)
def test_targets_alone(name: LossName, silence: Silence) -> None:
    """Without auxiliaries every loss still is one, of no auxiliary part."""
    none = replace(DATA, auxiliaries=(), edges=DATA.edges[:0], auxiliary=replace(
        DATA.auxiliary, inputs=DATA.auxiliary.inputs[:0], labels=DATA.auxiliary.labels[:0]
    ))  # fmt: skip
    found = loss_of(none, QUICK.model_copy(update={"loss": name, "silence": silence, "label_smoothing": 0.1}))
    mean, parts = found(LOGITS[:, :3], LABELS % 3)
    assert torch.isfinite(mean)
    assert torch.isnan(parts["auxiliary_loss"])


def test_an_auxiliary_left_empty_has_no_column() -> None:
    """It is taken out before the prior is, and the edges of those behind it move up."""
    empty = replace(DATA, auxiliary=replace(
        DATA.auxiliary, inputs=DATA.auxiliary.inputs[5:], labels=DATA.auxiliary.labels[5:]
    ))  # fmt: skip
    with pytest.raises(ValueError, match="class 3 has no picture"):
        loss_of(empty, QUICK)
    loss = loss_of(without_empty_auxiliaries(empty), QUICK.model_copy(update={"lambda_s": 0.0}))
    logits = torch.zeros(4, 4, requires_grad=True)
    (gradient,) = torch.autograd.grad(loss(logits, torch.arange(4)).mean, logits)
    assert np.argwhere(gradient.numpy() == 0).tolist() == [[1, 3], [2, 3], [3, 1], [3, 2]]
