"""The losses that are measured, over one random graph, prior and batch: in four cases, each with its own baseline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.config import Baselines
from training.data import Indices
from training.losses.base import LongTailLoss, MixedLabels
from training.losses.baselines import ClassBalanced, CrossEntropy, LogitAdjustment
from training.losses.ldam import LdamDrw
from training.losses.silencing import AuxiliarySilencing, NeighborSilencing

BASELINE, JUDGED = "cross_entropy(logits + prior)", "neighbor silencing, lambda 0.1"
EDGES, SMOOTHING, SHARE = 5, 0.1, 0.3
Mean = Callable[[Tensor], Tensor]
"""The mean loss of logits [batch, classes]."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured, and where."""

    classes: int
    batch: int
    rounds: int
    device: str


@dataclass(frozen=True, slots=True)
class Problem:
    """As many targets as auxiliaries, five edges to each on average, and pictures of each at random."""

    targets: int
    edges: Indices
    counts: Indices
    log_prior: NDArray[np.float64]
    shift: Tensor
    mixed: MixedLabels


def problem(size: Size) -> Problem:
    """The problem of this size; what is not mixed has the first labels."""
    rng, targets = np.random.default_rng(0), size.classes // 2
    neighbors = rng.integers(size.classes - targets, size=EDGES * targets)
    counts = rng.integers(1, 1000, size.classes)
    log_prior = np.log(counts / counts.sum())
    labels = torch.from_numpy(rng.integers(size.classes, size=size.batch)).to(size.device)
    return Problem(
        targets,
        np.stack([np.repeat(np.arange(targets), EDGES), neighbors], axis=1),
        counts,
        log_prior,
        torch.from_numpy(log_prior).float().to(size.device),
        MixedLabels(labels, labels.flip(0), torch.full(labels.shape, SHARE, device=size.device)),
    )


def _silencing(of: Problem, smoothing: float) -> dict[str, LongTailLoss]:
    prior, targets = of.log_prior, of.targets
    return {
        JUDGED: NeighborSilencing(prior, of.edges, targets, label_smoothing=smoothing),
        "lambda 0": NeighborSilencing(prior, of.edges, targets, lambda_s=0.0, label_smoothing=smoothing),
        "none silenced": NeighborSilencing(prior, of.edges[:0], targets, label_smoothing=smoothing),
        "neighbors and auxiliaries": AuxiliarySilencing(prior, of.edges, targets, label_smoothing=smoothing),
    }


def _others(of: Problem, smoothing: float) -> dict[str, LongTailLoss]:
    return {
        "cross-entropy": CrossEntropy(of.targets, smoothing),
        "logit adjustment, balanced softmax": LogitAdjustment(of.log_prior, of.targets, 1.0, smoothing),
        "class-balanced": ClassBalanced(of.counts, of.targets, Baselines().beta, smoothing),
        "LDAM": LdamDrw(of.counts, of.targets, Baselines(), smoothing),
    }


def _torch_mixed(of: Problem, smoothing: float) -> dict[str, Mean]:
    """Torch's two ways to mix: soft targets [batch, classes], made and smoothed beforehand, and two losses."""
    labels, each = of.mixed, smoothing / len(of.shift)
    soft = torch.full((len(labels.first), len(of.shift)), each, device=of.shift.device)
    for side, share in ((labels.first, labels.share), (labels.second, 1 - labels.share)):
        soft.scatter_add_(1, side[:, None], (1 - smoothing) * share[:, None])

    def two(logits: Tensor) -> Tensor:
        balanced, sides = logits + of.shift, (labels.first, labels.second)
        first, second = (functional.cross_entropy(balanced, side, label_smoothing=smoothing) for side in sides)
        return SHARE * first + (1 - SHARE) * second

    return {BASELINE: lambda logits: functional.cross_entropy(logits + of.shift, soft), "two of it, weighted": two}


def _torch_plain(of: Problem, smoothing: float) -> dict[str, Mean]:
    labels = of.mixed.first
    return {BASELINE: lambda logits: functional.cross_entropy(logits + of.shift, labels, label_smoothing=smoothing)}


def _mean(loss: LongTailLoss, labels: Tensor | MixedLabels) -> Mean:
    return lambda logits: loss(logits, labels).mean


def contestants(of: Problem, smoothed: bool, mixed: bool) -> Mapping[str, Mean]:
    """What one case measures, by name: torch's own, the baseline first, and every loss."""
    smoothing = SMOOTHING if smoothed else 0.0
    labels = of.mixed if mixed else of.mixed.first
    losses = _silencing(of, smoothing) | _others(of, smoothing)
    ours = {name: _mean(loss.to(of.shift.device), labels) for name, loss in losses.items()}
    return (_torch_mixed if mixed else _torch_plain)(of, smoothing) | ours
