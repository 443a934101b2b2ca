"""The losses that neighbor silencing is compared with, under the same interface, mixed labels and smoothing.

A class's n is what an epoch draws of it, auxiliaries included.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.data import Indices
from training.losses.base import LongTailLoss


def class_balanced_weights(counts: Indices, beta: float) -> NDArray[np.float64]:
    """(1 - beta) / (1 - beta^n) of every class, scaled so that they sum to the number of classes."""
    weights = (1 - beta) / (1 - np.power(beta, counts.astype(np.float64)))
    return np.asarray(weights * len(counts) / weights.sum())


class CrossEntropy(LongTailLoss):
    """Plain cross-entropy over all classes."""

    def __init__(self, targets: int, label_smoothing: float = 0.0) -> None:
        super().__init__(targets)
        self.label_smoothing = label_smoothing

    def each(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss of every sample, [b], of logits [b, N + M] under labels [b]."""
        return functional.cross_entropy(logits, labels, reduction="none", label_smoothing=self.label_smoothing)


class LogitAdjustment(CrossEntropy):
    """Cross-entropy of logits + tau * log(pi); balanced softmax (Ren et al., arXiv 2007.10740) where tau is 1.

    `log_prior` has shape [N + M]. Source: Menon et al., "Long-tail learning via logit adjustment", arXiv 2007.07314.
    """

    shift: Tensor

    def __init__(
        self, log_prior: NDArray[np.float64], targets: int, tau: float = 1.0, label_smoothing: float = 0.0
    ) -> None:
        super().__init__(targets, label_smoothing)
        self.register_buffer("shift", torch.from_numpy(tau * log_prior).float(), persistent=False)

    def each(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss of every sample, [b], of logits [b, N + M] under labels [b]."""
        return super().each(logits + self.shift.to(logits.dtype), labels)


class ClassBalanced(CrossEntropy):
    """Cross-entropy weighted by the inverse of a class's effective number of pictures; `counts` is [N + M].

    Source: Cui et al., "Class-Balanced Loss Based on Effective Number of Samples", arXiv 1901.05555.
    """

    weights: Tensor

    def __init__(self, counts: Indices, targets: int, beta: float, label_smoothing: float = 0.0) -> None:
        super().__init__(targets, label_smoothing)
        weights = torch.from_numpy(class_balanced_weights(counts, beta)).float()
        self.register_buffer("weights", weights, persistent=False)

    def each(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss of every sample, [b], of logits [b, N + M] under labels [b]."""
        return super().each(logits, labels) * self.weights[labels].to(logits.dtype)
