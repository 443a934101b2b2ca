"""Classifiers upon features: linear, cosine, and linear upon a batch normalization."""

import math
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.config import HeadKind, LossName, TrainConfig

EPSILON = 1e-6
"""Added to the variance of features."""


def linear(inputs: int, outputs: int, generator: torch.Generator) -> nn.Linear:
    """A linear layer with torch's usual start, drawn from the generator."""
    layer, bound = nn.Linear(inputs, outputs), 1 / math.sqrt(inputs)
    nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
    nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
    return layer


class CosineHead(nn.Module):
    """Cosines between features [b, d] and the weights of the classes [classes, d], times `scale`."""

    def __init__(self, weight: Tensor, scale: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight.detach().clone())
        self.scale = scale

    def forward(self, features: Tensor) -> Tensor:
        """Logits [b, classes], none larger than the scale."""
        # bfloat16 would round a logit of 30 to an eighth.
        with torch.autocast(features.device.type, enabled=False):
            unit = functional.normalize(features.float())
            return self.scale * functional.linear(unit, functional.normalize(self.weight))


class BatchNormHead(nn.Module):
    """A linear layer on features [b, d] normalized over their batch, in evaluation by what batches have shown."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(layer.in_features, eps=EPSILON, affine=False)
        self.linear = layer

    def forward(self, features: Tensor) -> Tensor:
        """Logits [b, classes]."""
        logits: Tensor = self.linear(self.norm(features))
        return logits

    def folded(self) -> nn.Linear:
        """The linear layer that gives the same logits in evaluation."""
        layer, state = deepcopy(self.linear), self.norm.state_dict()
        with torch.no_grad():
            layer.weight.mul_((state["running_var"] + self.norm.eps).rsqrt())
            layer.bias.sub_(layer.weight @ state["running_mean"])
        return layer


def _first_rows(layer: nn.Linear, count: int) -> nn.Linear:
    """A linear layer's first outputs."""
    kept = nn.Linear(layer.in_features, count, device=layer.weight.device)
    kept.load_state_dict({name: value[:count] for name, value in layer.state_dict().items()})
    return kept


def _cut(head: nn.Module, classes: int) -> nn.Module:
    match head:
        case nn.Linear():
            return _first_rows(head, classes)
        case CosineHead():
            return CosineHead(head.weight[:classes], head.scale)
        case BatchNormHead():
            kept = BatchNormHead(_first_rows(head.linear, classes))
            kept.norm = deepcopy(head.norm)
            return kept
    raise TypeError(f"{type(head).__name__} is no head of this module")


def targets_only(head: nn.Module, classes: int) -> nn.Module:
    """The same head without auxiliary rows: its logits are the first `classes` of the given one's."""
    return _cut(head, classes).train(head.training)


def as_linear(head: nn.Module) -> nn.Linear | None:
    """The linear layer that equals the head in evaluation; None for a cosine head, which no linear layer equals."""
    match head:
        case nn.Linear():
            return deepcopy(head)
        case BatchNormHead():
            return head.folded()
    return None


def head_of(inputs: int, classes: int, config: TrainConfig, generator: torch.Generator) -> nn.Module:
    """The head that the settings name, drawn from the generator; LDAM's margins are told in cosines of its own scale.

    TEXT_COSINE is a cosine head whose weights are yet to be set.
    """
    layer = linear(inputs, classes, generator)
    if config.loss is LossName.LDAM_DRW:
        return CosineHead(layer.weight, config.baselines.scale)
    match config.head.kind:
        case HeadKind.LINEAR:
            return layer
        case HeadKind.BATCH_NORM:
            return BatchNormHead(layer)
        case HeadKind.COSINE | HeadKind.TEXT_COSINE:
            return CosineHead(layer.weight, config.head.scale)
