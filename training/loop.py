"""The loop, flat and visible: one fenced step, then once in a while a look at validation, a checkpoint, a line."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.utils import clip_grads_with_norm_, get_total_norm
from torch.optim.lr_scheduler import LambdaLR

from storage.errors import Diverged
from training.checkpoint import Progress, Trained, save_weights
from training.config import TrainConfig
from training.data import TrainingSet
from training.evaluate import evaluate, mean_accuracy
from training.feed import Batch, Feed
from training.loss import MixedLabels, NeighborSilencing
from training.metrics import Metrics, MetricsLog
from training.mixing import mixup
from training.model import Network
from training.randomness import seeds, stream

OnStep = Callable[[int, int, Metrics], None]
"""Told the steps done, their total and the newest metrics, whenever a line is logged."""


@dataclass(frozen=True, slots=True)
class Run:
    """One arm's training, built and ready."""

    network: Network
    loss: NeighborSilencing
    feed: Feed
    data: TrainingSet
    config: TrainConfig
    device: torch.device
    folder: Path
    fingerprint: str

    @property
    def best(self) -> Path:
        """The weights that did best on validation."""
        return self.folder / "best.safetensors"

    @property
    def last(self) -> Path:
        """The checkpoint to resume from."""
        return self.folder / "last.pt"


def learning_rate(step: int, config: TrainConfig) -> float:
    """The share of the peak rate at a step: linear warm-up, then a cosine to zero."""
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    done = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    return (1 + math.cos(math.pi * done)) / 2


def prepare(run: Run) -> Trained:
    """The optimizer and schedule; biases and gains are not decayed."""
    config, parameters = run.config, [p for p in run.network.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=config.lr, betas=(0.9, 0.99), fused=True)
    return Trained(
        run.fingerprint, run.network, optimizer, LambdaLR(optimizer, lambda step: learning_rate(step, config))
    )


def train_step(run: Run, trained: Trained, step: int, batch: Batch) -> dict[str, float]:
    """One update of the weights, and what it says of itself; a gradient that is not finite changes nothing."""
    config = run.config
    inputs, given = (part.to(run.device, non_blocking=True) for part in batch)
    labels: Tensor | MixedLabels = given
    run.network.reseed(seeds(config.seed, "noise", step, 1)[0])
    if config.mixup:
        inputs, labels = mixup(inputs, given, config.mixup, stream(config.seed, "mixup", step))
    with torch.autocast(run.device.type, torch.bfloat16, enabled=config.amp):
        logits = run.network(inputs)
    loss = run.loss(logits, labels)
    trained.optimizer.zero_grad()
    loss.mean.backward()
    gradients = [p.grad for p in run.network.parameters() if p.grad is not None]
    norm = get_total_norm(gradients)
    if not torch.isfinite(norm):
        raise Diverged(
            f"step {step}: the gradient's norm is {float(norm)} and the loss {float(loss.parts['loss'])}",
            "lower train.lr, or set train.clip_norm (1.0 is usual); the last checkpoint is untouched",
        )
    if config.clip_norm:
        clip_grads_with_norm_(run.network.parameters(), config.clip_norm, norm)
    lr = float(trained.schedule.get_last_lr()[0])
    trained.optimizer.step()
    trained.schedule.step()
    return {"lr": lr, "gradient_norm": float(norm), **{name: float(value) for name, value in loss.parts.items()}}


def look(run: Run, progress: Progress) -> tuple[float, Progress]:
    """Mean per-class accuracy on validation; the weights are kept where they are the best so far."""
    tally = evaluate(run.network, run.feed.evaluation(run.data.val), len(run.data.classes), run.device)
    accuracy = mean_accuracy(tally)
    if accuracy < progress.best_accuracy:  # of equals the later is kept: its learning rate is lower
        return accuracy, progress
    save_weights(run.best, run.network)
    return accuracy, replace(progress, best_step=progress.step, best_accuracy=accuracy)


def train(run: Run, on_step: OnStep) -> Progress:
    """Train to the last step, from the last checkpoint where there is one; the best weights lie in the folder."""
    config, trained = run.config, prepare(run)
    progress = trained.resume(run.last)
    log = MetricsLog(run.folder / "metrics.jsonl", progress.step)
    steps = range(progress.step, config.steps)
    for step, batch in zip(steps, run.feed.training(steps), strict=True):
        metrics = train_step(run, trained, step, batch)
        progress = replace(progress, step=step + 1)
        is_last = progress.step == config.steps
        looked = is_last or progress.step % config.evaluate_every == 0
        if looked:
            metrics["val_accuracy"], progress = look(run, progress)
        if looked or progress.step % config.log_every == 0:
            log.write(progress.step, metrics)
            on_step(progress.step, config.steps, metrics)
        if is_last or progress.step % config.save_every == 0:
            trained.save(run.last, progress)
    return progress
