"""What all losses share: float32 inside autocast, mixed labels, and parts by name."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn


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


def _sides(labels: Tensor | MixedLabels) -> tuple[Tensor, Tensor]:
    """Labels [s, b] with the shares [s, b] that each has of its sample."""
    if isinstance(labels, MixedLabels):
        return torch.stack([labels.first, labels.second]), torch.stack([labels.share, 1 - labels.share])
    return labels[None], torch.ones_like(labels[None], dtype=torch.float32)


class LongTailLoss(nn.Module):
    """A loss over the logits of `targets` target classes and the auxiliary ones behind them.

    It has no parameters, and buffers that no checkpoint holds: all of it comes from the recipe and the data.
    """

    def __init__(self, targets: int) -> None:
        super().__init__()
        self.targets = targets

    def each(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss of every sample, [b], of logits [b, N + M] under labels [b]."""
        raise NotImplementedError

    def each_side(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The losses [s, b] of logits [b, N + M] under labels [s, b], one side after the other."""
        return torch.stack([self.each(logits, side) for side in labels])

    def advance(self, done: float) -> None:
        """Be told before every step the share of the steps that are done, from 0 to below 1."""

    def forward(self, logits: Tensor, labels: Tensor | MixedLabels) -> Loss:
        """The mean loss of logits [b, N + M]; a mixed sample's is the mixture of two, each under its own label."""
        with torch.autocast(logits.device.type, enabled=False):
            logits = logits if logits.dtype == torch.float64 else logits.float()
            classes, shares = _sides(labels)
            return self._named(self.each_side(logits, classes), shares.to(logits.dtype), classes)

    def _named(self, losses: Tensor, shares: Tensor, labels: Tensor) -> Loss:
        weighted, of_target = losses * shares, labels < self.targets
        mean, held = weighted.sum() / shares.sum(), weighted.detach()
        return Loss(
            mean,
            {
                "loss": mean.detach(),
                "target_loss": held.where(of_target, 0).sum() / shares.where(of_target, 0).sum(),
                "auxiliary_loss": held.where(~of_target, 0).sum() / shares.where(~of_target, 0).sum(),
            },
        )
