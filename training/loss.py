"""The neighbor-silencing loss: balanced cross-entropy in which a target and its own neighbors do not compete.

    s_c = z_c + tau * log(pi_c) + log(lambda_{y,c})        L = -log softmax(s)_y

lambda_{y,c} = lambda_s where y and c are a target and its neighbor, in either direction, else 1.
Source: Zhao et al., "Learning from Neighbors", arXiv 2410.15980.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.data import Indices


@dataclass(frozen=True, slots=True)
class MixedLabels:
    """Labels [b] of mixed inputs: `share` [b] of `first`, the rest of `second`; unmixed where they agree."""

    first: Tensor
    second: Tensor
    share: Tensor


class Loss(NamedTuple):
    """The mean over the batch, and detached parts by name; NaN where the batch has no such sample."""

    mean: Tensor
    parts: dict[str, Tensor]


class SilencedPairs(nn.Module):
    """The classes that are silent for each class, as rows of one flat list: memory grows with the edges."""

    starts: Tensor
    degrees: Tensor
    columns: Tensor

    def __init__(self, edges: Indices, targets: int, classes: int) -> None:
        super().__init__()
        numbered = edges + np.array([0, targets])
        pairs = np.unique(np.concatenate([numbered, numbered[:, ::-1]]), axis=0)
        degrees = np.bincount(pairs[:, 0], minlength=classes)
        self.register_buffer("starts", torch.from_numpy(np.cumsum(degrees) - degrees), persistent=False)
        self.register_buffer("degrees", torch.from_numpy(degrees), persistent=False)
        self.register_buffer("columns", torch.from_numpy(pairs[:, 1].copy()), persistent=False)

    def forward(self, labels: Tensor) -> tuple[Tensor, Tensor]:
        """For labels [b], the places (row in the batch, class) that are silenced, each of shape [pairs]."""
        degrees = self.degrees[labels]
        rows = torch.repeat_interleave(degrees)
        within = torch.arange(len(rows), device=rows.device) - (degrees.cumsum(0) - degrees)[rows]
        return rows, self.columns[self.starts[labels][rows] + within]


class NeighborSilencing(nn.Module):
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
        super().__init__()
        self.targets = targets
        self.log_lambda = math.log(lambda_s) if lambda_s > 0 else -math.inf
        self.label_smoothing = label_smoothing
        self.register_buffer("shift", torch.from_numpy(tau * log_prior).float(), persistent=False)
        silenced = edges if lambda_s < 1 else edges[:0]
        self.pairs = SilencedPairs(silenced, targets, len(log_prior))

    def each(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss of every sample, [b], of logits [b, N + M] under labels [b].

        Smoothing spreads its mass evenly over the classes that are not silenced. Their sum is
        the whole row less the silenced places: an infinite logit is never multiplied by zero.
        """
        balanced = logits + self.shift.to(logits.dtype)
        rows, columns = self.pairs(labels)
        hit = balanced.gather(1, labels[:, None]).squeeze(1)
        log_lambda = balanced.new_full(rows.shape, self.log_lambda)
        normalizer = balanced.index_put((rows, columns), log_lambda, accumulate=True).logsumexp(1)
        if self.label_smoothing == 0:
            return normalizer - hit
        silent = torch.zeros_like(hit).index_add(0, rows, balanced[rows, columns])
        heard = (balanced.sum(1) - silent) / (logits.shape[1] - self.pairs.degrees[labels])
        return normalizer - torch.lerp(hit, heard, self.label_smoothing)

    def forward(self, logits: Tensor, labels: Tensor | MixedLabels) -> Loss:
        """The mean loss of logits [b, N + M]; a mixed sample's is the mixture of two, each with its own row."""
        with torch.autocast(logits.device.type, enabled=False):
            logits = logits if logits.dtype == torch.float64 else logits.float()
            if isinstance(labels, Tensor):
                return self._named(self.each(logits, labels), labels)
            first, second = self.each(logits, labels.first), self.each(logits, labels.second)
            return self._named(torch.lerp(second, first, labels.share.to(first.dtype)), labels.first)

    def _named(self, losses: Tensor, labels: Tensor) -> Loss:
        mean, held, of_target = losses.mean(), losses.detach(), labels < self.targets
        return Loss(
            mean,
            {
                "loss": mean.detach(),
                "target_loss": held.where(of_target, 0).sum() / of_target.sum(),
                "auxiliary_loss": held.where(~of_target, 0).sum() / (~of_target).sum(),
            },
        )
