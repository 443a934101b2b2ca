"""What moves the weights: AdamW, its rate over the steps, and the average that follows."""

import math

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from training.averaging import MovingAverage
from training.checkpoint import Trained
from training.config import TrainConfig


def learning_rate(step: int, config: TrainConfig) -> float:
    """The share of the peak rate at a step: linear warm-up, then a cosine to zero."""
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    done = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    return (1 + math.cos(math.pi * done)) / 2


def prepare(network: nn.Module, config: TrainConfig, fingerprint: str) -> Trained:
    """The network with its optimizer, schedule and average; biases and gains are not decayed."""
    parameters = [p for p in network.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=config.lr, betas=(0.9, 0.99), fused=True)
    schedule = LambdaLR(optimizer, lambda step: learning_rate(step, config))
    average = MovingAverage(network, config.ema) if config.ema else None
    return Trained(fingerprint, network, optimizer, schedule, average)
