"""Random graphs with batches on them, and the dense definition of silencing, which shares no code with ours."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training.config import Baselines, Silence
from training.data import Indices
from training.losses.base import LongTailLoss, MixedLabels
from training.losses.baselines import ClassBalanced, CrossEntropy, LogitAdjustment
from training.losses.ldam import LdamDrw
from training.losses.silencing import AuxiliarySilencing, NeighborSilencing

TARGETS, AUXILIARIES, BATCH = 5, 7, 16
CLASSES = TARGETS + AUXILIARIES
VARIANTS = (Silence.NEIGHBORS, Silence.NEIGHBORS_AND_AUXILIARIES)


@dataclass(frozen=True)
class Case:
    """A random graph with a prior and a batch on it."""

    edges: Indices
    counts: Indices
    log_prior: np.ndarray
    logits: Tensor
    first: Tensor
    second: Tensor
    share: Tensor

    @property
    def mixed(self) -> MixedLabels:
        """The batch's labels, two to a sample."""
        return MixedLabels(self.first, self.second, self.share)


def case(seed: int) -> Case:
    """Random edges, prior, logits, labels and shares."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 100, CLASSES)
    return Case(
        edges=np.argwhere(rng.random((TARGETS, AUXILIARIES)) < 0.4),
        counts=counts,
        # Rounded to float32, as the loss holds it, so that tolerances measure the loss alone.
        log_prior=np.log(counts / counts.sum()).astype(np.float32).astype(np.float64),
        logits=torch.from_numpy(4 * rng.normal(size=(BATCH, CLASSES))).requires_grad_(),
        first=torch.from_numpy(rng.integers(0, CLASSES, BATCH)),
        second=torch.from_numpy(rng.integers(0, CLASSES, BATCH)),
        share=torch.from_numpy(rng.random(BATCH)),
    )


def silencing(held: Case, silence: Silence = Silence.NEIGHBORS, **settings: float) -> NeighborSilencing:
    """The loss under test."""
    kind = AuxiliarySilencing if silence is Silence.NEIGHBORS_AND_AUXILIARIES else NeighborSilencing
    return kind(held.log_prior, held.edges, TARGETS, **settings)


def every_loss(held: Case, smoothing: float = 0.1) -> dict[str, LongTailLoss]:
    """One of each kind, LDAM once before and once after it weighs classes."""
    losses: dict[str, LongTailLoss] = {
        f"{silence} {lambda_s}": silencing(held, silence, lambda_s=lambda_s, label_smoothing=smoothing)
        for silence in VARIANTS
        for lambda_s in (0.0, 0.1, 1.0)
    }
    late = LdamDrw(held.counts, TARGETS, Baselines(), smoothing)
    late.advance(1.0)
    return losses | {
        "cross-entropy": CrossEntropy(TARGETS, smoothing),
        "logit adjustment": LogitAdjustment(held.log_prior, TARGETS, 1.5, smoothing),
        "class-balanced": ClassBalanced(held.counts, TARGETS, 0.99, smoothing),
        "ldam": LdamDrw(held.counts, TARGETS, Baselines(), smoothing),
        "ldam late": late,
    }


NAMES = tuple(every_loss(case(0)))


def renamed(held: Case, targets: np.ndarray, auxiliaries: np.ndarray) -> tuple[Case, Tensor]:
    """The same case under other numbers, and the order in which new class c was class order[c]."""
    order = np.concatenate([targets, TARGETS + auxiliaries])
    place = torch.from_numpy(np.argsort(order))
    edges = np.stack([np.argsort(targets)[held.edges[:, 0]], np.argsort(auxiliaries)[held.edges[:, 1]]], axis=1)
    return replace(
        held, edges=edges, counts=held.counts[order], log_prior=held.log_prior[order],
        logits=held.logits.detach()[:, order].requires_grad_(), first=place[held.first], second=place[held.second],
    ), torch.from_numpy(order)  # fmt: skip


def dense_lambda(edges: Indices, lambda_s: float, silence: Silence = Silence.NEIGHBORS) -> Tensor:
    """The matrix lambda of shape [N + M, N + M], entry by entry as METHOD defines it."""
    matrix = torch.ones(CLASSES, CLASSES, dtype=torch.float64)
    for target, auxiliary in edges.tolist():
        matrix[target, TARGETS + auxiliary] = lambda_s
        matrix[TARGETS + auxiliary, target] = lambda_s
    if silence is Silence.NEIGHBORS_AND_AUXILIARIES:
        matrix[TARGETS:, TARGETS:] = lambda_s
        matrix.fill_diagonal_(1)
    return matrix


def dense(held: Case, labels: Tensor, matrix: Tensor, tau: float = 1.0, smoothing: float = 0.0) -> Tensor:
    """The loss of every sample under one label: cross-entropy to an explicit distribution over all classes."""
    rows = matrix[labels]
    probabilities = rows * torch.exp(held.logits + tau * torch.from_numpy(held.log_prior))
    heard = (rows == 1).double()
    evenly = heard / heard.sum(1, keepdim=True)
    wanted = (1 - smoothing) * functional.one_hot(labels, CLASSES).double() + smoothing * evenly
    softmax = probabilities / probabilities.sum(1, keepdim=True)
    return -(wanted * torch.log(torch.where(wanted > 0, softmax, 1))).sum(1)
