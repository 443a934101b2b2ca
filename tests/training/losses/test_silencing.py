"""The neighbor-silencing loss against a dense reference that shares no code with it."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from tests.training.losses.cases import BATCH, CLASSES, VARIANTS, case, dense, dense_lambda, silencing
from training.config import Silence
from training.losses.base import MixedLabels
from training.losses.silencing import AuxiliarySilencing, NeighborSilencing

SEEDS, SILENCES, SMOOTHINGS = st.integers(0, 10**6), st.sampled_from(VARIANTS), st.sampled_from([0.0, 0.1])


@settings(max_examples=60, deadline=None)
@given(
    seed=SEEDS,
    silence=SILENCES,
    tau=st.sampled_from([0.0, 0.5, 1.0]),
    lambda_s=st.sampled_from([0.0, 0.1, 0.7, 1.0]),
    smoothing=SMOOTHINGS,
)
def test_sparse_equals_dense_with_its_gradient(
    seed: int, silence: Silence, tau: float, lambda_s: float, smoothing: float
) -> None:
    """What is added in place is the dense mask, for mixed samples each half with its own row."""
    held = case(seed)
    loss = silencing(held, silence, tau=tau, lambda_s=lambda_s, label_smoothing=smoothing)
    mine = loss(held.logits, held.mixed).mean
    matrix = dense_lambda(held.edges, lambda_s, silence)
    first, second = (dense(held, labels, matrix, tau, smoothing) for labels in (held.first, held.second))
    reference = (held.share * first + (1 - held.share) * second).mean()
    assert mine.item() == pytest.approx(reference.item(), abs=1e-9)
    gradients = [torch.autograd.grad(value, held.logits)[0] for value in (mine, reference)]
    torch.testing.assert_close(*gradients, rtol=0, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, silence=SILENCES, smoothing=SMOOTHINGS, mixed=st.booleans())
def test_lambda_one_is_balanced_cross_entropy(seed: int, silence: Silence, smoothing: float, mixed: bool) -> None:
    """Without silencing it is torch's cross-entropy of the balanced logits, mixup and smoothing included."""
    held = case(seed)
    share = held.share if mixed else torch.ones(BATCH, dtype=torch.float64)
    labels = held.mixed if mixed else held.first
    soft = share[:, None] * functional.one_hot(held.first, CLASSES)
    soft = soft + (1 - share)[:, None] * functional.one_hot(held.second, CLASSES)
    balanced = (held.logits + torch.from_numpy(held.log_prior)).float()
    reference = functional.cross_entropy(balanced, soft.float(), label_smoothing=smoothing)
    mine = silencing(held, silence, lambda_s=1.0, label_smoothing=smoothing)(held.logits.float(), labels).mean
    assert mine.item() == pytest.approx(reference.item(), rel=1e-6, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, silence=SILENCES, smoothing=SMOOTHINGS)
def test_hard_silencing_is_finite_and_silent(seed: int, silence: Silence, smoothing: float) -> None:
    """At lambda 0 a silenced logit has a gradient of exactly zero, in both directions, and nothing is NaN."""
    held = case(seed)
    value = silencing(held, silence, lambda_s=0.0, label_smoothing=smoothing)(held.logits, held.first).mean
    (gradient,) = torch.autograd.grad(value, held.logits)
    silenced = dense_lambda(held.edges, 0.0, silence)[held.first] == 0
    assert torch.isfinite(value)
    assert torch.isfinite(gradient).all()
    assert (gradient[silenced] == 0).all()
    alone = silenced.sum(1) == CLASSES - 1  # who has no rival has no loss, and no gradient
    assert (gradient[~alone][~silenced[~alone]] != 0).all()


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, silence=SILENCES, smoothing=SMOOTHINGS)
def test_the_hard_mask_is_the_limit(seed: int, silence: Silence, smoothing: float) -> None:
    """As lambda goes to 0 the loss goes to that of lambda 0."""
    held = case(seed)
    soft, hard = (
        silencing(held, silence, lambda_s=value, label_smoothing=smoothing).each(held.logits, held.first)
        for value in (1e-15, 0.0)
    )
    torch.testing.assert_close(soft, hard, rtol=0, atol=1e-6)


def test_a_neighbor_is_silent_for_each_of_its_parents() -> None:
    """Auxiliary 0 of targets 0 and 2 competes with neither, nor they with it, and competes with target 1."""
    edges = np.array([[0, 0], [2, 0]])
    logits = torch.zeros(4, 4, requires_grad=True)
    loss = NeighborSilencing(np.log(np.full(4, 0.25)), edges, 3, lambda_s=0.0)
    (gradient,) = torch.autograd.grad(loss(logits, torch.arange(4)).mean, logits)
    assert (gradient[[0, 2], [3, 3]] == 0).all()
    assert gradient[3].eq(0).tolist() == [True, False, True, False]
    assert (gradient[1] != 0).all()


@pytest.mark.parametrize("silence", VARIANTS)
def test_logits_are_left_as_they_were(silence: Silence) -> None:
    """Silencing works in place, but never on what it was given, even where there is no prior to add."""
    held = case(5)
    before = held.logits.detach().clone()
    silencing(held, silence, tau=0.0)(held.logits, held.mixed)
    assert torch.equal(held.logits, before)


def test_few_heard_among_many_silenced_keep_their_digits() -> None:
    """In float32, what smoothing gives a few targets is not lost in the sum of many auxiliaries."""
    auxiliaries = 50_000
    prior = np.log(np.full(2 + auxiliaries, 1 / (2 + auxiliaries)))
    loss = AuxiliarySilencing(prior, np.array([[0, 0]]), 2, lambda_s=0.0, label_smoothing=0.5)
    logits = torch.randn(4, 2 + auxiliaries, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([2, 3, 4, 5])
    torch.testing.assert_close(loss.each(logits, labels), loss.each(logits.double(), labels).float())


@pytest.mark.parametrize("silence", VARIANTS)
def test_no_memory_in_the_square_of_the_classes(silence: Silence) -> None:
    """Fifty thousand classes with five neighbors each hold an entry an edge and direction, not a matrix."""
    targets, auxiliaries = 25_000, 25_000
    rng = np.random.default_rng(0)
    edges = np.stack([np.repeat(np.arange(targets), 5), rng.integers(0, auxiliaries, 5 * targets)], axis=1)
    kind = type(silencing(case(0), silence))
    loss = kind(np.zeros(targets + auxiliaries), edges, targets, label_smoothing=0.1)
    held = sum(buffer.numel() for buffer in loss.buffers())
    assert held <= 2 * len(edges) + 3 * (targets + auxiliaries)
    labels = torch.tensor([0, targets])
    mixed = MixedLabels(labels, labels.flip(0), torch.full((2,), 0.5))
    assert torch.isfinite(loss(torch.zeros(2, targets + auxiliaries), mixed).mean)
