"""Mixup: pairs of inputs blended, their labels kept as two, each with its share."""

import numpy as np
import torch
from torch import Tensor

from training.loss import MixedLabels


def mixup(inputs: Tensor, labels: Tensor, alpha: float, rng: np.random.Generator) -> tuple[Tensor, MixedLabels]:
    """Blend a batch [b, ...] with a permutation of itself, by one share from Beta(alpha, alpha).

    Source: Zhang et al., "mixup: Beyond Empirical Risk Minimization", arXiv 1710.09412.
    """
    share = float(rng.beta(alpha, alpha))
    partner = torch.from_numpy(rng.permutation(len(labels))).to(labels.device)
    shares = torch.full(labels.shape, share, device=labels.device)
    return torch.lerp(inputs[partner], inputs, share), MixedLabels(labels, labels[partner], shares)
