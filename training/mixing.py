"""Pairs of inputs mixed, by blending or by cutting, their labels kept as two, each with its share."""

import numpy as np
import torch
from torch import Tensor

from training.config import TrainConfig
from training.losses.base import MixedLabels


def _mixed(labels: Tensor, partner: Tensor, share: float) -> MixedLabels:
    return MixedLabels(labels, labels[partner], torch.full(labels.shape, share, device=labels.device))


def _partner(labels: Tensor, rng: np.random.Generator) -> Tensor:
    return torch.from_numpy(rng.permutation(len(labels))).to(labels.device)


def mixup(inputs: Tensor, labels: Tensor, alpha: float, rng: np.random.Generator) -> tuple[Tensor, MixedLabels]:
    """Blend a batch [b, ...] with a permutation of itself, by one share from Beta(alpha, alpha).

    Source: Zhang et al., "mixup: Beyond Empirical Risk Minimization", arXiv 1710.09412.
    """
    share = float(rng.beta(alpha, alpha))
    partner = _partner(labels, rng)
    return torch.lerp(inputs[partner], inputs, share), _mixed(labels, partner, share)


def _stretch(size: int, length: int, rng: np.random.Generator) -> slice:
    """So many pixels around a center anywhere, as far as they lie within the picture."""
    start = int(rng.integers(size)) - length // 2
    return slice(max(start, 0), min(start + length, size))


def cutmix(inputs: Tensor, labels: Tensor, alpha: float, rng: np.random.Generator) -> tuple[Tensor, MixedLabels]:
    """Put into a batch [b, c, h, w] one box of a permutation of itself; a label's share is its share of the pixels.

    The box has 1 - Beta(alpha, alpha) of the area, less what hangs over the edge.
    Source: Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers", arXiv 1905.04899.
    """
    height, width = inputs.shape[-2:]
    side = float(np.sqrt(1 - rng.beta(alpha, alpha)))
    partner = _partner(labels, rng)
    rows, columns = _stretch(height, int(height * side), rng), _stretch(width, int(width * side), rng)
    cut = inputs.clone()
    cut[..., rows, columns] = inputs[..., rows, columns][partner]
    area = (rows.stop - rows.start) * (columns.stop - columns.start)
    return cut, _mixed(labels, partner, 1 - area / (height * width))


def mix(
    inputs: Tensor, labels: Tensor, config: TrainConfig, rng: np.random.Generator
) -> tuple[Tensor, Tensor | MixedLabels]:
    """The batch as the recipe mixes it: by mixup, by cutmix, by either in half of the steps, or not at all."""
    if config.mixup and (not config.cutmix or rng.random() < 0.5):
        return mixup(inputs, labels, config.mixup, rng)
    if config.cutmix:
        return cutmix(inputs, labels, config.cutmix, rng)
    return inputs, labels
