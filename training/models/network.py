"""What every network is: a trunk that makes features of its inputs, and a classifier, the head, upon them.

Every random draw of a step, dropout included, follows from a seed that the loop gives for it.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Self

import torch
from torch import Tensor, nn


class Network(nn.Module, ABC):
    """Inputs [b, ...] -> logits [b, N + M], without any prior; `dropout` is the share of features that a step drops.

    Where `frozen`, the trunk's own weights are not learned.
    """

    head: nn.Module

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.noise = torch.Generator()
        self.dropout = dropout
        self.frozen = False
        self._held: tuple[nn.Parameter, ...] | None = None

    @abstractmethod
    def features(self, inputs: Tensor) -> Tensor:
        """What the trunk makes of inputs, [b, d]: in evaluation all that the head is shown."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits [b, classes]."""
        logits: Tensor = self.head(self.drop(self.features(inputs), self.dropout))
        return logits

    def below_head(self) -> Mapping[str, int]:
        """How many blocks below the head each of the trunk's parameters lies, by its name; 0 where it is not named."""
        return {}

    def take_trunk(self, weights: Mapping[str, Tensor]) -> None:
        """Give the trunk another network's weights and freeze it; only the head, as it is, learns on."""
        trunk = {name: value for name, value in weights.items() if not name.startswith("head.")}
        self.load_state_dict({**self.state_dict(), **trunk})
        self.requires_grad_(False)
        self.head.requires_grad_(True)
        self.frozen = True
        self.train(self.training)

    def hold_trunk(self) -> None:
        """Let the head alone learn until `release_trunk`: the trunk has no gradients, its batch norms count nothing.

        Without a gradient no optimizer touches a weight, nor what it remembers of it.
        """
        named = self.named_parameters()
        self._held = tuple(each for name, each in named if each.requires_grad and not name.startswith("head."))
        self._let_learn(False)

    def release_trunk(self) -> None:
        """Let all learn that did before `hold_trunk`; nothing happens where it was not held."""
        self._let_learn(True)
        self._held = None
        self.train(self.training)

    def _let_learn(self, learning: bool) -> None:
        for parameter in self._held or ():
            parameter.requires_grad_(learning)
        self.train(self.training)

    def train(self, mode: bool = True) -> Self:
        """Set the mode; a trunk that stands still stays in evaluation, else its batch norms would go on counting."""
        super().train(mode)
        for child in self.children() if self.frozen or self._held is not None else ():
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
