"""What moves the weights: AdamW, its rate over the steps, and the average that follows."""

import math
from typing import Any

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from training.averaging import MovingAverage
from training.checkpoint import Trained
from training.config import TrainConfig
from training.models.network import Network


def learning_rate(step: int, config: TrainConfig) -> float:
    """The share of the peak rate at a step: linear warm-up, then a cosine to zero."""
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    done = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    return (1 + math.cos(math.pi * done)) / 2


def _groups(network: Network, config: TrainConfig) -> list[dict[str, Any]]:
    """What learns, by its rate, the head's first, and by whether it is decayed: biases and gains are not."""
    below = network.below_head() if config.layer_decay < 1 else {}
    by_depth: dict[int, list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            by_depth.setdefault(below.get(name, 0), []).append(parameter)
    return [
        {
            "params": [p for p in parameters if (p.ndim > 1) is matrices],
            "weight_decay": config.weight_decay if matrices else 0.0,
            "lr": config.lr * config.layer_decay**depth,
        }
        for depth, parameters in sorted(by_depth.items())
        for matrices in (True, False)
    ]


def prepare(network: Network, config: TrainConfig, fingerprint: str) -> Trained:
    """The network with its optimizer, schedule and average."""
    optimizer = torch.optim.AdamW(_groups(network, config), lr=config.lr, betas=(0.9, 0.99), fused=True)
    schedule = LambdaLR(optimizer, lambda step: learning_rate(step, config))
    average = MovingAverage(network, config.ema) if config.ema else None
    return Trained(fingerprint, network, optimizer, schedule, average)
