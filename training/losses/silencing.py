"""The neighbor-silencing loss: balanced cross-entropy in which a target and its own neighbors do not compete.

    s_c = z_c + tau * log(pi_c) + log(lambda_{y,c})        L = -log softmax(s)_y

lambda_{y,c} = lambda_s where y and c are a target and its neighbor, in either direction, else 1.
Source: Zhao et al., "Learning from Neighbors", arXiv 2410.15980.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.data import Indices
from training.losses.base import LongTailLoss
from training.losses.pairs import SilencedPairs


def _own(balanced: Tensor, labels: Tensor) -> Tensor:
    # Not gather, which holds on to its input and so forbids what is added in place afterwards.
    return balanced[torch.arange(len(labels), device=labels.device), labels]


class NeighborSilencing(LongTailLoss):
    """The loss over N + M logits; `lambda_s` = 1 is plain balanced cross-entropy, 0 a hard mask.

    `log_prior` has shape [N + M], `edges` [E, 2] holds (target label, auxiliary index).
    """

    shift: Tensor

    def __init__(
        self,
        log_prior: NDArray[np.float64],
        edges: Indices,
        targets: int,
        *,
        tau: float = 1.0,
        lambda_s: float = 0.1,
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(targets)
        self.log_lambda = math.log(lambda_s) if lambda_s > 0 else -math.inf
        self.label_smoothing = label_smoothing
        self.register_buffer("shift", torch.from_numpy(tau * log_prior).float(), persistent=False)
        silenced = edges if lambda_s < 1 else edges[:0]
        self.pairs = SilencedPairs(silenced, targets, len(log_prior))

    def silence_(self, balanced: Tensor, labels: Tensor) -> None:
        """Add log(lambda) in place, to no sample's own class."""
        balanced.index_put_(self.pairs(labels), balanced.new_tensor(self.log_lambda), accumulate=True)

    def unmasked(self, balanced: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Of every sample the sum [b] of its logits, and of how many [b], its neighbors still among them."""
        return balanced.sum(1), labels.new_full(labels.shape, balanced.shape[1])

    def spread(self, balanced: Tensor, labels: Tensor) -> Tensor:
        """What smoothing adds, [b]: part of a label's mass goes, evenly, to the classes that are not silenced.

        Their sum is taken before silencing: an infinite logit is never multiplied by zero.
        """
        rows, columns = self.pairs(labels)
        total, number = self.unmasked(balanced, labels)
        heard = total.index_add(0, rows, balanced[rows, columns], alpha=-1) / (number - self.pairs.degrees[labels])
        return self.label_smoothing * (_own(balanced, labels) - heard)

    def each(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss of every sample, [b], of logits [b, N + M] under labels [b]."""
        balanced = logits + self.shift.to(logits.dtype)
        smoothing = self.spread(balanced, labels) if self.label_smoothing else 0.0
        # Silencing adds constants: the gradient passes unchanged, so autograd need not see it, and copy for it.
        with torch.no_grad():
            self.silence_(balanced, labels)
        return functional.cross_entropy(balanced, labels, reduction="none") + smoothing


class AuxiliarySilencing(NeighborSilencing):
    """The variant in which, for a sample of an auxiliary class, every other auxiliary is silent too."""

    def _hushing(self, labels: Tensor) -> Tensor:
        return (labels >= self.targets) & (self.log_lambda < 0)

    def silence_(self, balanced: Tensor, labels: Tensor) -> None:
        """Lower all auxiliary columns of auxiliary samples, then put the own ones back: -inf has no opposite."""
        own = _own(balanced, labels)
        lowered = balanced.new_zeros(len(labels)).masked_fill(self._hushing(labels), self.log_lambda)
        balanced[:, self.targets :].add_(lowered[:, None])
        balanced.scatter_(1, labels[:, None], own[:, None])
        super().silence_(balanced, labels)

    def unmasked(self, balanced: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """For an auxiliary sample the targets and its own class: added up, for a difference loses what is small."""
        targets, auxiliaries = balanced.tensor_split([self.targets], dim=1)
        others = torch.where(self._hushing(labels), _own(balanced, labels), auxiliaries.sum(1))
        number = torch.where(self._hushing(labels), 1, auxiliaries.shape[1])
        return targets.sum(1) + others, self.targets + number
