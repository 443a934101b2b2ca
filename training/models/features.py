"""The network over a frozen encoder's vectors."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from training.config import TrainConfig
from training.models.heads import head_of, linear
from training.models.network import Network


class FeatureClassifier(Network):
    """A classifier of unit-norm vectors [b, dim] with at most one hidden layer.

    A unit vector's entries shrink as 1 / sqrt(dim); they are brought back to unit scale, so
    that one learning rate serves encoders of any width.
    """

    def __init__(self, dim: int, classes: int, config: TrainConfig) -> None:
        super().__init__(config.dropout if config.hidden else 0.0)
        start = torch.Generator().manual_seed(config.seed)
        self.scale = math.sqrt(dim)
        self.input_dropout = config.input_dropout
        self.hidden = linear(dim, config.hidden, start) if config.hidden else None
        self.head = head_of(config.hidden or dim, classes, config, start)

    def features(self, inputs: Tensor) -> Tensor:
        """The hidden units, [b, hidden]; without a hidden layer the scaled vectors."""
        held = self.drop(inputs * self.scale, self.input_dropout)
        return held if self.hidden is None else functional.relu(self.hidden(held))
