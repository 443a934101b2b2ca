"""The gradient of a process's batch, gathered part by part, so that a batch need not fit into memory at once."""

from contextlib import nullcontext

import torch
from torch import Tensor, nn

from training.config import TrainConfig
from training.losses.base import LongTailLoss, MixedLabels
from training.processes import alone, weighed

Labels = Tensor | MixedLabels


def cut(inputs: Tensor, labels: Labels, count: int) -> list[tuple[Tensor, Labels]]:
    """A batch in so many parts of one size, which must divide its own."""
    pieces = inputs.chunk(count)
    if isinstance(labels, Tensor):
        return list(zip(pieces, labels.chunk(count), strict=True))
    rows = zip(labels.first.chunk(count), labels.second.chunk(count), labels.share.chunk(count), strict=True)
    return list(zip(pieces, (MixedLabels(*row) for row in rows), strict=True))


def _samples(labels: Labels, targets: int) -> dict[str, Tensor]:
    """How many samples, or shares of mixed ones, each part of a loss is the mean of."""
    if isinstance(labels, Tensor):
        classes, shares = labels, torch.ones(labels.shape, device=labels.device)
    else:
        classes = torch.cat([labels.first, labels.second])
        shares = torch.cat([labels.share, 1 - labels.share])
    of_target = classes < targets
    return {
        "loss": shares.sum(),
        "target_loss": shares.where(of_target, 0).sum(),
        "auxiliary_loss": shares.where(~of_target, 0).sum(),
    }


def gather(
    model: nn.Module, loss: LongTailLoss, inputs: Tensor, labels: Labels, config: TrainConfig
) -> dict[str, Tensor]:
    """Add the gradient of the batch's mean loss to the weights; the loss's parts by name, each [sum, samples].

    Pieces are of one size, so the mean of their means is the batch's, but for batch norms, which see each piece
    alone. Only after the last do processes share.
    """
    pieces, sums = cut(inputs, labels, config.accumulate), []
    for number, (some, classes) in enumerate(pieces, 1):
        with nullcontext() if number == len(pieces) else alone(model):
            with torch.autocast(inputs.device.type, torch.bfloat16, enabled=config.amp):
                logits = model(some)
            found = loss(logits, classes)
            (found.mean / len(pieces)).backward()
        samples = _samples(classes, loss.targets)
        sums.append({name: weighed(part, samples[name]) for name, part in found.parts.items()})
    return {name: torch.stack([held[name] for held in sums]).sum(0) for name in sums[0]}
