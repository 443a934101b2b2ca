"""The other losses: where they meet each other, and what their papers' formulas give."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from tests.training.losses.cases import CLASSES, TARGETS, case, silencing
from training.config import Baselines
from training.losses.baselines import ClassBalanced, CrossEntropy, LogitAdjustment, class_balanced_weights
from training.losses.ldam import LdamDrw

SEEDS, SMOOTHINGS = st.integers(0, 10**6), st.sampled_from([0.0, 0.1])


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, smoothing=SMOOTHINGS)
def test_three_names_of_balanced_softmax(seed: int, smoothing: float) -> None:
    """Logit adjustment at tau 1, silencing without silence, and cross-entropy weighted inside by the counts."""
    held = case(seed)
    adjusted = LogitAdjustment(held.log_prior, TARGETS, 1.0, smoothing).each(held.logits, held.first)
    unsilenced = silencing(held, lambda_s=1.0, label_smoothing=smoothing).each(held.logits, held.first)
    torch.testing.assert_close(adjusted, unsilenced)
    if smoothing == 0:
        odds = torch.from_numpy(held.counts) * torch.exp(held.logits)
        torch.testing.assert_close(adjusted, -torch.log((odds / odds.sum(1, keepdim=True))[range(16), held.first]))


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, smoothing=SMOOTHINGS)
def test_without_their_settings_all_are_cross_entropy(seed: int, smoothing: float) -> None:
    """Tau 0, beta 0 and a margin of nearly nothing leave torch's own."""
    held = case(seed)
    bare = Baselines(beta=0.0, max_margin=1e-300, reweight_from=0.0)
    ldam = LdamDrw(held.counts, TARGETS, bare, smoothing)
    ldam.advance(0.5)
    plain = functional.cross_entropy(held.logits, held.first, reduction="none", label_smoothing=smoothing)
    for loss in (
        CrossEntropy(TARGETS, smoothing),
        LogitAdjustment(held.log_prior, TARGETS, 0.0, smoothing),
        ClassBalanced(held.counts, TARGETS, 0.0, smoothing),
        ldam,
    ):
        torch.testing.assert_close(loss.each(held.logits, held.first), plain)


@given(counts=st.lists(st.integers(1, 10**6), min_size=1, max_size=30), beta=st.floats(0, 0.99999))
def test_class_balanced_weights(counts: list[int], beta: float) -> None:
    """They sum to the number of classes, and a class with more pictures never weighs more."""
    weights = class_balanced_weights(np.array(counts), beta)
    assert weights.sum() == pytest.approx(len(counts))
    assert (np.diff(weights[np.argsort(counts)]) <= 1e-12).all()


def test_class_balanced_weights_by_hand() -> None:
    """At beta 1/2 one picture is 1 effective, two are 3/2: weights stand as 3 to 2."""
    assert class_balanced_weights(np.array([1, 2]), 0.5).tolist() == pytest.approx([1.2, 0.8])


def test_margins_by_hand() -> None:
    """A class of 16 times the pictures has half the margin; the rarest has max_margin in cosines."""
    told = Baselines(max_margin=0.5, scale=30.0)
    loss = LdamDrw(np.array([1, 16]), 2, told)
    assert loss.margins.tolist() == pytest.approx([15.0, 7.5])
    value = loss.each(torch.tensor([[20.0, 0.0]]), torch.tensor([0]))
    assert float(value) == pytest.approx(np.log1p(np.exp(-5.0)))


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_logits_that_are_scaled_cosines_give_the_published_loss(seed: int) -> None:
    """Margins times the scale on scaled cosines are the scale times (cosine - margin)."""
    held, told = case(seed), Baselines()
    cosines = torch.tanh(held.logits)
    one_hot = functional.one_hot(held.first, CLASSES)
    margins = torch.from_numpy(held.counts**-0.25)
    published = told.scale * (cosines - one_hot * told.max_margin * margins / margins.max())
    mine = LdamDrw(held.counts, TARGETS, told).each(told.scale * cosines, held.first)
    wanted = functional.cross_entropy(published, held.first, reduction="none")
    torch.testing.assert_close(mine, wanted, rtol=1e-6, atol=1e-6)


def test_weights_are_deferred() -> None:
    """Before its share of the steps a class counts as any other, from then on by its weight."""
    held, told = case(1), Baselines(beta=0.99, reweight_from=0.8)
    loss = LdamDrw(held.counts, TARGETS, told)
    start = loss.each(held.logits, held.first)
    loss.advance(0.799)
    assert torch.equal(loss.each(held.logits, held.first), start)
    loss.advance(0.8)
    weights = torch.from_numpy(class_balanced_weights(held.counts, 0.99))[held.first]
    torch.testing.assert_close(loss.each(held.logits, held.first), start * weights, rtol=1e-6, atol=0)
    loss.advance(0.0)
    assert torch.equal(loss.each(held.logits, held.first), start)  # a run that starts anew
