"""The neighbor-silencing loss against a dense reference that shares no code with it."""

from dataclasses import replace

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


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, silence=SILENCES, lambda_s=st.sampled_from([0.0, 0.1]), smoothing=SMOOTHINGS)
def test_a_silenced_logit_far_above_drowns_nothing(
    seed: int, silence: Silence, lambda_s: float, smoothing: float
) -> None:
    """In float32 what a label hears keeps its digits beside silenced logits e^200 times as large."""
    held = case(seed)
    matrix = dense_lambda(held.edges, lambda_s, silence)
    lifted = held.logits.detach() + 200.0 * (matrix[held.first] != 1)
    held = replace(held, logits=lifted.float().double().requires_grad_())
    loss = silencing(held, silence, lambda_s=lambda_s, label_smoothing=smoothing)
    single = held.logits.detach().float().requires_grad_()
    for labels, sides in ((held.first, (held.first, held.first)), (held.mixed, (held.first, held.second))):
        first, second = (dense(held, side, matrix, smoothing=smoothing) for side in sides)
        reference, mine = (held.share * first + (1 - held.share) * second).mean(), loss(single, labels).mean
        assert mine.item() == pytest.approx(reference.item(), rel=1e-6, abs=1e-4)
        gradients = [
            torch.autograd.grad(value, logits)[0] for value, logits in ((mine, single), (reference, held.logits))
        ]
        torch.testing.assert_close(gradients[0].double(), gradients[1], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("silence", VARIANTS)
@pytest.mark.parametrize("lambda_s", [0.0, 0.1])
def test_a_class_that_its_logit_rules_out_is_nothing(silence: Silence, lambda_s: float) -> None:
    """A logit of -inf leaves the others' loss and gradient finite, whether silenced or not, and has none."""
    held = case(8)
    logits = held.logits.detach().clone()
    absent = torch.rand(logits.shape, generator=torch.Generator().manual_seed(0)) < 0.5
    absent[torch.arange(BATCH), held.first] = absent[torch.arange(BATCH), held.second] = False
    logits = logits.masked_fill(absent, -torch.inf).requires_grad_()
    value = silencing(held, silence, lambda_s=lambda_s)(logits, held.mixed).mean
    (gradient,) = torch.autograd.grad(value, logits)
    assert torch.isfinite(value)
    assert torch.isfinite(gradient).all()
    assert (gradient[absent] == 0).all()


@pytest.mark.parametrize("silence", VARIANTS)
def test_logits_may_be_used_twice_and_losses_weighed(silence: Silence) -> None:
    """Each sample's gradient is its own, by any weight; the graph may be walked again."""
    held, loss = case(6), silencing(case(6), silence, label_smoothing=0.1)
    weights = torch.linspace(-1, 2, BATCH, dtype=torch.float64)
    value = (weights * loss.each(held.logits, held.first)).sum() + held.logits.square().sum()
    again = [torch.autograd.grad(value, held.logits, retain_graph=True)[0] for _ in range(2)]
    matrix = dense_lambda(held.edges, 0.1, silence)
    reference = (weights * dense(held, held.first, matrix, smoothing=0.1)).sum() + held.logits.square().sum()
    (wanted,) = torch.autograd.grad(reference, held.logits)
    for gradient in again:
        torch.testing.assert_close(gradient, wanted)


def test_a_second_derivative_is_refused() -> None:
    """The gradient is written by hand, and has none of its own: better an error than a wrong one."""
    held = case(6)
    value = silencing(held)(held.logits, held.first).mean
    (gradient,) = torch.autograd.grad(value, held.logits, create_graph=True)
    with pytest.raises(RuntimeError, match="does not require grad"):
        torch.autograd.backward(gradient.sum())


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
