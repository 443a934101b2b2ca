"""The networks: a classifier over frozen features, or a whole encoder with a linear head.

Every random draw of a step, dropout included, follows from a seed that the loop gives for it.
"""

import math
from collections.abc import Mapping
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.config import LossName, TrainConfig
from vision.encoders import EncoderConfig, load_backbone

COLORS = 3


class Network(nn.Module):
    """Inputs [b, ...] -> logits [b, N + M], without any prior: a trunk, and the classifier `head` upon it."""

    head: nn.Module

    def __init__(self) -> None:
        super().__init__()
        self.noise = torch.Generator()
        self.frozen = False

    def take_trunk(self, weights: Mapping[str, Tensor]) -> None:
        """Give the trunk another network's weights and freeze it; only the head, as it is, learns on."""
        trunk = {name: value for name, value in weights.items() if not name.startswith("head.")}
        self.load_state_dict({**self.state_dict(), **trunk})
        self.requires_grad_(False)
        self.head.requires_grad_(True)
        self.frozen = True
        self.train(self.training)

    def train(self, mode: bool = True) -> Self:
        """Set the mode; a frozen trunk stays in evaluation, else its batch norms would go on counting."""
        super().train(mode)
        for child in self.children() if self.frozen else ():
            child.train(mode and child is self.head)
        return self

    def reseed(self, seed: int) -> None:
        """Let the noise of the next forward pass follow from this seed alone."""
        self.noise = torch.Generator(next(self.parameters()).device).manual_seed(seed)

    def drop(self, inputs: Tensor, share: float) -> Tensor:
        """Dropout by a generator of our own: runs in other threads draw from torch's global one."""
        if not self.training or share == 0:
            return inputs
        kept = torch.rand(inputs.shape, generator=self.noise, device=inputs.device) >= share
        return inputs * kept / (1 - share)


def _linear(inputs: int, outputs: int, generator: torch.Generator) -> nn.Linear:
    """A linear layer with torch's usual start, drawn from the generator."""
    layer, bound = nn.Linear(inputs, outputs), 1 / math.sqrt(inputs)
    nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
    nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
    return layer


class CosineHead(nn.Module):
    """Cosines between features and class weights, times `scale`: what LDAM's margins are measured in."""

    def __init__(self, inputs: int, outputs: int, scale: float, generator: torch.Generator) -> None:
        super().__init__()
        self.weight = _linear(inputs, outputs, generator).weight
        self.scale = scale

    def forward(self, features: Tensor) -> Tensor:
        """Logits [b, outputs] of features [b, inputs]."""
        return self.scale * functional.linear(functional.normalize(features), functional.normalize(self.weight))


def _head(inputs: int, classes: int, config: TrainConfig, generator: torch.Generator) -> nn.Module:
    if config.loss is LossName.LDAM_DRW:
        return CosineHead(inputs, classes, config.baselines.scale, generator)
    return _linear(inputs, classes, generator)


class FeatureClassifier(Network):
    """A classifier of unit-norm features [b, dim] with at most one hidden layer.

    A unit vector's entries shrink as 1 / sqrt(dim); they are brought back to unit scale, so
    that one learning rate serves encoders of any width.
    """

    def __init__(self, dim: int, classes: int, config: TrainConfig) -> None:
        super().__init__()
        start = torch.Generator().manual_seed(config.seed)
        self.scale = math.sqrt(dim)
        self.input_dropout, self.dropout = config.input_dropout, config.dropout
        self.hidden = _linear(dim, config.hidden, start) if config.hidden else None
        self.head = _head(config.hidden or dim, classes, config, start)

    def forward(self, features: Tensor) -> Tensor:
        """Logits [b, classes]."""
        held = self.drop(features * self.scale, self.input_dropout)
        if self.hidden is not None:
            held = self.drop(functional.relu(self.hidden(held)), self.dropout)
        logits: Tensor = self.head(held)
        return logits


class WholeNetwork(Network):
    """A backbone and a linear head over normalized pictures [b, 3, h, w].

    Backbones draw their noise from torch's global generator, so such a run wants a process of its own.
    Weights and pictures lie channels-last, in which convolutions run about twice as fast.
    """

    def __init__(self, encoder: EncoderConfig, classes: int, config: TrainConfig) -> None:
        super().__init__()
        torch.manual_seed(config.seed)
        self.backbone = load_backbone(encoder)
        self.dropout = config.dropout
        width = _feature_width(self.backbone, encoder.image_size)
        self.head = _head(width, classes, config, torch.Generator().manual_seed(config.seed))
        self.to(memory_format=torch.channels_last)

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits [b, classes]."""
        features = self.backbone(pictures.contiguous(memory_format=torch.channels_last))
        logits: Tensor = self.head(self.drop(features, self.dropout))
        return logits

    def reseed(self, seed: int) -> None:
        """Seed the head's noise, and torch's global generators for the backbone's."""
        super().reseed(seed)
        torch.manual_seed(seed)


@torch.no_grad()
def _feature_width(backbone: nn.Module, image_size: int) -> int:
    """The width of a backbone's features, found by showing it a blank picture."""
    backbone.eval()
    width = int(backbone(torch.zeros(1, COLORS, image_size, image_size)).shape[1])
    backbone.train()
    return width
