"""The gradient of a process's batch, gathered part by part, so that a batch need not fit into memory at once."""

from contextlib import nullcontext

import torch
from torch import Tensor, nn

from training.config import TrainConfig
from training.losses.base import LongTailLoss, MixedLabels
from training.processes import alone

Labels = Tensor | MixedLabels


def cut(inputs: Tensor, labels: Labels, count: int) -> list[tuple[Tensor, Labels]]:
    """A batch in so many parts of one size, which must divide its own."""
    pieces = inputs.chunk(count)
    if isinstance(labels, Tensor):
        return list(zip(pieces, labels.chunk(count), strict=True))
    rows = zip(labels.first.chunk(count), labels.second.chunk(count), labels.share.chunk(count), strict=True)
    return list(zip(pieces, (MixedLabels(*row) for row in rows), strict=True))


def gather(
    model: nn.Module, loss: LongTailLoss, inputs: Tensor, labels: Labels, config: TrainConfig
) -> dict[str, Tensor]:
    """Add the gradient of the batch's mean loss to the weights; the loss's parts by name, averaged.

    Parts are of one size, so the mean of their means is the batch's. Only after the last do processes share.
    """
    parts, named = cut(inputs, labels, config.accumulate), []
    for number, (some, classes) in enumerate(parts, 1):
        with nullcontext() if number == len(parts) else alone(model):
            with torch.autocast(inputs.device.type, torch.bfloat16, enabled=config.amp):
                logits = model(some)
            found = loss(logits, classes)
            (found.mean / len(parts)).backward()
        named.append(found.parts)
    return {name: torch.stack([held[name] for held in named]).nanmean() for name in named[0]}
