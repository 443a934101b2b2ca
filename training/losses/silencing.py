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

from training.data import Indices
from training.losses.base import LongTailLoss
from training.losses.pairs import SilencedPairs
from training.losses.softmax import Sides, cross_entropies


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
        self.widths = [len(log_prior)]
        silenced = edges if lambda_s < 1 else edges[:0]
        self.pairs = SilencedPairs(silenced, targets, len(log_prior))

    def silent_blocks(self, labels: Tensor) -> Tensor:
        """Of labels [s, b], the blocks that each silences whole but for its own class, [s, k, b]."""
        return torch.zeros_like(labels, dtype=torch.bool)[:, None]

    def _places(self, labels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Rows and columns [p] of all own classes and neighbors, each once, and masks [s, p]: own, and neighbor."""
        samples, neighbors = self.pairs(labels.flatten())
        numbers = torch.arange(labels.numel(), device=labels.device)
        of, classes = torch.cat([numbers, samples]), torch.cat([labels.flatten(), neighbors])
        batch, columns = labels.shape[1], len(self.shift)
        codes, at = torch.unique(of % batch * columns + classes, return_inverse=True)
        own, silent = torch.zeros(2, len(labels), len(codes), dtype=torch.bool, device=labels.device)
        own[numbers // batch, at[: len(numbers)]] = True
        silent[samples // batch, at[len(numbers) :]] = True
        return codes // columns, codes % columns, own, silent

    def _sides(self, labels: Tensor, like: Tensor) -> Sides:
        """What labels [s, b] silence and want: smoothing's mass goes, evenly, to the classes that are not silenced."""
        rows, columns, own, silent = self._places(labels)
        widths, blocks = torch.tensor(self.widths, device=labels.device), self.silent_blocks(labels)
        around = blocks[:, torch.bucketize(columns, widths.cumsum(0), right=True), rows]
        silent = silent | around & ~own
        number = (widths[:, None] * ~blocks).sum(1)
        number = number.scatter_add(1, rows.expand_as(silent), around.long() - silent.long())
        even = self.label_smoothing / number.to(like.dtype)
        return Sides(
            rows, columns,
            like.new_zeros(silent.shape).masked_fill(silent, self.log_lambda),
            even[:, rows] * ~silent + (1 - self.label_smoothing) * own.to(like.dtype),
            like.new_zeros(blocks.shape).masked_fill(blocks, self.log_lambda),
            even[:, None] * ~blocks,
        )  # fmt: skip

    def each(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss of every sample, [b], of logits [b, N + M] under labels [b]."""
        return self.each_side(logits, labels[None])[0]

    def each_side(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The losses [s, b] of logits [b, N + M] under labels [s, b]."""
        sides = self._sides(labels, logits)
        return cross_entropies(logits, self.shift.to(logits.dtype), self.widths, self.label_smoothing > 0, sides)


class AuxiliarySilencing(NeighborSilencing):
    """The variant in which, for a sample of an auxiliary class, every other auxiliary is silent too."""

    def __init__(self, log_prior: NDArray[np.float64], edges: Indices, targets: int, **settings: float) -> None:
        super().__init__(log_prior, edges, targets, **settings)
        self.widths = [width for width in (targets, len(log_prior) - targets) if width]

    def silent_blocks(self, labels: Tensor) -> Tensor:
        """Of labels [s, b], the blocks that each silences whole but for its own class, [s, 2, b]."""
        hushing = (labels >= self.targets) & (self.log_lambda < 0)
        return torch.stack([torch.zeros_like(hushing), hushing], dim=1)[:, : len(self.widths)]
