"""The neighbor-silencing loss against a dense reference that shares no code with it."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from training.data import Indices
from training.loss import MixedLabels, NeighborSilencing

TARGETS, AUXILIARIES, BATCH = 5, 7, 16
CLASSES = TARGETS + AUXILIARIES


@dataclass(frozen=True)
class Case:
    """A random graph with a prior and a batch on it."""

    edges: Indices
    log_prior: np.ndarray
    logits: Tensor
    first: Tensor
    second: Tensor
    share: Tensor


def case(seed: int) -> Case:
    """Random edges, prior, logits, labels and shares."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 100, CLASSES)
    return Case(
        edges=np.argwhere(rng.random((TARGETS, AUXILIARIES)) < 0.4),
        # Rounded to float32, as the loss holds it, so that tolerances measure the loss alone.
        log_prior=np.log(counts / counts.sum()).astype(np.float32).astype(np.float64),
        logits=torch.from_numpy(4 * rng.normal(size=(BATCH, CLASSES))).requires_grad_(),
        first=torch.from_numpy(rng.integers(0, CLASSES, BATCH)),
        second=torch.from_numpy(rng.integers(0, CLASSES, BATCH)),
        share=torch.from_numpy(rng.random(BATCH)),
    )


def dense_lambda(edges: Indices, lambda_s: float) -> Tensor:
    """The matrix lambda of shape [N + M, N + M], entry by entry as METHOD defines it."""
    matrix = torch.ones(CLASSES, CLASSES, dtype=torch.float64)
    for target, auxiliary in edges.tolist():
        matrix[target, TARGETS + auxiliary] = lambda_s
        matrix[TARGETS + auxiliary, target] = lambda_s
    return matrix


def dense(held: Case, labels: Tensor, tau: float, lambda_s: float, smoothing: float) -> Tensor:
    """The loss of every sample under one label: cross-entropy to an explicit distribution over all classes."""
    rows = dense_lambda(held.edges, lambda_s)[labels]
    probabilities = rows * torch.exp(held.logits + tau * torch.from_numpy(held.log_prior))
    heard = (rows == 1).double()
    wanted = (1 - smoothing) * functional.one_hot(labels, CLASSES).double() + smoothing * heard / heard.sum(
        1, keepdim=True
    )
    softmax = probabilities / probabilities.sum(1, keepdim=True)
    return -(wanted * torch.log(torch.where(wanted > 0, softmax, 1))).sum(1)


def loss_of(held: Case, **settings: float) -> NeighborSilencing:
    """The loss under test."""
    return NeighborSilencing(held.log_prior, held.edges, TARGETS, **settings)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    tau=st.sampled_from([0.0, 0.5, 1.0]),
    lambda_s=st.sampled_from([0.0, 0.1, 0.7, 1.0]),
    smoothing=st.sampled_from([0.0, 0.1]),
)
def test_sparse_equals_dense_with_its_gradient(seed: int, tau: float, lambda_s: float, smoothing: float) -> None:
    """Edges added at gathered columns are the dense mask, for mixed and unmixed samples."""
    held = case(seed)
    loss = loss_of(held, tau=tau, lambda_s=lambda_s, label_smoothing=smoothing)
    mine = loss(held.logits, MixedLabels(held.first, held.second, held.share)).mean
    first, second = (dense(held, labels, tau, lambda_s, smoothing) for labels in (held.first, held.second))
    reference = (held.share * first + (1 - held.share) * second).mean()
    assert mine.item() == pytest.approx(reference.item(), abs=1e-9)
    gradients = [torch.autograd.grad(value, held.logits)[0] for value in (mine, reference)]
    torch.testing.assert_close(*gradients, rtol=0, atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), smoothing=st.sampled_from([0.0, 0.1]), mixed=st.booleans())
def test_lambda_one_is_balanced_cross_entropy(seed: int, smoothing: float, mixed: bool) -> None:
    """Without silencing it is torch's cross-entropy of the balanced logits, mixup and smoothing included."""
    held = case(seed)
    share = held.share if mixed else torch.ones(BATCH, dtype=torch.float64)
    labels = MixedLabels(held.first, held.second, share) if mixed else held.first
    soft = share[:, None] * functional.one_hot(held.first, CLASSES)
    soft = soft + (1 - share)[:, None] * functional.one_hot(held.second, CLASSES)
    balanced = (held.logits + torch.from_numpy(held.log_prior)).float()
    reference = functional.cross_entropy(balanced, soft.float(), label_smoothing=smoothing)
    mine = loss_of(held, lambda_s=1.0, label_smoothing=smoothing)(held.logits.float(), labels).mean
    assert mine.item() == pytest.approx(reference.item(), rel=1e-6, abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), smoothing=st.sampled_from([0.0, 0.1]))
def test_hard_silencing_is_finite_and_silent(seed: int, smoothing: float) -> None:
    """At lambda 0 a silenced logit has a gradient of exactly zero, in both directions, and nothing is NaN."""
    held = case(seed)
    value = loss_of(held, lambda_s=0.0, label_smoothing=smoothing)(held.logits, held.first).mean
    (gradient,) = torch.autograd.grad(value, held.logits)
    silenced = dense_lambda(held.edges, 0.0)[held.first] == 0
    assert torch.isfinite(value)
    assert torch.isfinite(gradient).all()
    assert (gradient[silenced] == 0).all()
    assert (gradient[~silenced] != 0).all()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_hard_mask_is_the_limit(seed: int) -> None:
    """As lambda goes to 0 the loss goes to that of lambda 0."""
    held = case(seed)
    soft, hard = (loss_of(held, lambda_s=value).each(held.logits, held.first) for value in (1e-12, 0.0))
    torch.testing.assert_close(soft, hard, rtol=0, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_renaming_the_classes_renames_the_gradient(seed: int) -> None:
    """No class is treated by its number."""
    held, rng = case(seed), np.random.default_rng(seed)
    targets, auxiliaries = rng.permutation(TARGETS), rng.permutation(AUXILIARIES)
    order = np.concatenate([targets, TARGETS + auxiliaries])  # new class c was class order[c]
    place = torch.from_numpy(np.argsort(order))
    edges = np.stack([np.argsort(targets)[held.edges[:, 0]], np.argsort(auxiliaries)[held.edges[:, 1]]], axis=1)
    renamed = NeighborSilencing(held.log_prior[order], edges, TARGETS, label_smoothing=0.1)
    moved = held.logits.detach()[:, order].requires_grad_()
    (there,) = torch.autograd.grad(renamed(moved, place[held.first]).mean, moved)
    (here,) = torch.autograd.grad(loss_of(held, label_smoothing=0.1)(held.logits, held.first).mean, held.logits)
    torch.testing.assert_close(there, here[:, order])


def test_gradcheck() -> None:
    """The gradient is that of the value."""
    held = case(3)
    loss = loss_of(held, lambda_s=0.3, label_smoothing=0.1)
    assert torch.autograd.gradcheck(lambda logits: loss.each(logits, held.first), (held.logits,))


def test_float32_inside_autocast() -> None:
    """Half-precision logits are judged in float32, whatever surrounds the loss."""
    held = case(0)
    logits = held.logits.detach().bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        value = loss_of(held)(logits, held.first).mean
    assert value.dtype == torch.float32
    assert float(value) == float(loss_of(held)(logits.float(), held.first).mean)


def test_parts_add_up_to_the_mean() -> None:
    """The losses of targets and auxiliaries, weighted by how many there are, are the whole."""
    held = case(1)
    parts = loss_of(held)(held.logits, held.first).parts
    share = float((held.first < TARGETS).double().mean())
    whole = share * float(parts["target_loss"]) + (1 - share) * float(parts["auxiliary_loss"])
    assert whole == pytest.approx(float(parts["loss"]))


def test_no_memory_in_the_square_of_the_classes() -> None:
    """Fifty thousand classes with five neighbors each hold an entry an edge and direction, not a matrix."""
    targets, auxiliaries = 40_000, 10_000
    rng = np.random.default_rng(0)
    edges = np.stack([np.repeat(np.arange(targets), 5), rng.integers(0, auxiliaries, 5 * targets)], axis=1)
    loss = NeighborSilencing(np.zeros(targets + auxiliaries), edges, targets)
    held = sum(buffer.numel() for buffer in loss.buffers())
    assert held <= 2 * len(edges) + 3 * (targets + auxiliaries)
    assert torch.isfinite(loss(torch.zeros(2, targets + auxiliaries), torch.tensor([0, targets])).mean)
