"""The losses that are measured, over one random graph, prior and batch."""

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
EDGES = 5
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
    labels: Tensor


def _problem(size: Size) -> Problem:
    rng, targets = np.random.default_rng(0), size.classes // 2
    neighbors = rng.integers(size.classes - targets, size=EDGES * targets)
    counts = rng.integers(1, 1000, size.classes)
    return Problem(
        targets,
        np.stack([np.repeat(np.arange(targets), EDGES), neighbors], axis=1),
        counts,
        np.log(counts / counts.sum()),
        torch.from_numpy(rng.integers(size.classes, size=size.batch)).to(size.device),
    )


def _silencing(of: Problem) -> dict[str, LongTailLoss]:
    prior, targets = of.log_prior, of.targets
    return {
        JUDGED: NeighborSilencing(prior, of.edges, targets),
        "neighbor silencing, lambda 0": NeighborSilencing(prior, of.edges, targets, lambda_s=0.0),
        "neighbors and auxiliaries": AuxiliarySilencing(prior, of.edges, targets),
        "none silenced": NeighborSilencing(prior, of.edges[:0], targets),
    }


def _others(of: Problem) -> dict[str, LongTailLoss]:
    return {
        "cross-entropy": CrossEntropy(of.targets),
        "logit adjustment, balanced softmax": LogitAdjustment(of.log_prior, of.targets),
        "class-balanced": ClassBalanced(of.counts, of.targets, Baselines().beta),
        "LDAM": LdamDrw(of.counts, of.targets, Baselines()),
    }


def _mean(loss: LongTailLoss, labels: Tensor | MixedLabels) -> Mean:
    return lambda logits: loss(logits, labels).mean


def contestants(size: Size) -> Mapping[str, Mean]:
    """What is measured, by name: the baseline, every loss, and silencing with smoothing and with mixed labels."""
    of = _problem(size)
    labels, shift = of.labels, torch.from_numpy(of.log_prior).float().to(size.device)
    smoothed = NeighborSilencing(of.log_prior, of.edges, of.targets, label_smoothing=0.1).to(size.device)
    plain = {name: loss.to(size.device) for name, loss in (_silencing(of) | _others(of)).items()}
    mixed = MixedLabels(labels, labels.flip(0), torch.full(labels.shape, 0.3, device=size.device))
    return {
        BASELINE: lambda logits: functional.cross_entropy(logits + shift, labels),
        **{name: _mean(loss, labels) for name, loss in plain.items()},
        f"{BASELINE}, smoothed": lambda logits: functional.cross_entropy(logits + shift, labels, label_smoothing=0.1),
        f"{JUDGED}, smoothed": _mean(smoothed, labels),
        f"{JUDGED}, mixed": _mean(plain[JUDGED], mixed),
    }
