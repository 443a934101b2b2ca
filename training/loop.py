"""The loop, flat and visible: one fenced step, then once in a while a look at validation, a checkpoint, a line."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grads_with_norm_, get_total_norm

from storage.errors import Diverged
from training.checkpoint import Progress, Trained, save_weights
from training.config import TrainConfig
from training.data import TrainingSet
from training.evaluate import evaluate, mean_accuracy
from training.feed import Batch, Feed
from training.gradients import gather
from training.losses.base import LongTailLoss
from training.metrics import Metrics, open_log
from training.mixing import mix
from training.model import Network
from training.optimizing import prepare
from training.processes import check_shares, mean, own, parallel, rank, wait
from training.randomness import seeds, stream

OnStep = Callable[[int, int, Metrics], None]
"""Told the steps done, their total and the newest metrics, whenever a line is logged; on rank 0 alone."""


@dataclass(frozen=True, slots=True)
class Run:
    """One arm's training, built and ready; where several processes train, each has built the same."""

    network: Network
    loss: LongTailLoss
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


def _bounded(run: Run, step: int, loss: Tensor) -> Tensor:
    """The gradient's norm, which is bounded from here on; one that is not finite stops all processes alike."""
    norm = get_total_norm([p.grad for p in run.network.parameters() if p.grad is not None])
    if not torch.isfinite(norm):
        raise Diverged(
            f"step {step}: the gradient's norm is {float(norm)} and the loss {float(loss)}",
            "lower train.lr, or set train.clip_norm (1.0 is usual); the last checkpoint is untouched",
        )
    if run.config.clip_norm:
        clip_grads_with_norm_(run.network.parameters(), run.config.clip_norm, norm)
    return norm


def train_step(run: Run, model: nn.Module, trained: Trained, step: int, batch: Batch) -> dict[str, Tensor]:
    """One update of the weights, and what it says of itself; a gradient that is not finite changes nothing.

    `model` is the network as it is called: itself, or what averages its gradients over the processes.
    """
    config = run.config
    inputs, given = (part.to(run.device, non_blocking=True) for part in batch)
    run.network.reseed(seeds(config.seed, own("noise"), step, 1)[0])
    run.loss.advance(step / config.steps)
    # A process mixes its own rows among themselves, so two processes see other pairs than one would.
    inputs, labels = mix(inputs, given, config, stream(config.seed, own("mixup"), step))
    trained.optimizer.zero_grad()
    parts = gather(model, run.loss, inputs, labels, config)
    norm = _bounded(run, step, parts["loss"])
    rate = torch.tensor(trained.schedule.get_last_lr()[0], dtype=torch.float64)
    trained.update()
    return {"lr": rate, "gradient_norm": norm, **parts}


def look(run: Run, judged: nn.Module, progress: Progress) -> tuple[float, Progress]:
    """Mean per-class accuracy on validation; the weights are kept where they are the best so far."""
    tally = evaluate(judged, run.feed.evaluation(run.data.val), len(run.data.classes), run.device)
    accuracy = mean_accuracy(tally)
    if accuracy < progress.best_accuracy:  # of equals the later is kept: its learning rate is lower
        return accuracy, progress
    if rank() == 0:
        save_weights(run.best, judged)
    return accuracy, replace(progress, best_step=progress.step, best_accuracy=accuracy)


def train(run: Run, on_step: OnStep) -> Progress:
    """Train to the last step, from the last checkpoint where there is one; the best weights lie in the folder."""
    config, trained = run.config, prepare(run.network, run.config, run.fingerprint)
    check_shares(config)
    progress = trained.resume(run.last)
    model, steps = parallel(run.network, run.device), range(progress.step, config.steps)
    with nullcontext() if rank() else open_log(run.folder, progress.step, config.tensorboard) as log:
        for step, batch in zip(steps, run.feed.training(steps), strict=True):
            measured = train_step(run, model, trained, step, batch)
            progress = replace(progress, step=step + 1)
            is_last = progress.step == config.steps
            looked: dict[str, float] = {}
            if is_last or progress.step % config.evaluate_every == 0:
                looked["val_accuracy"], progress = look(run, trained.judged, progress)
            if looked or progress.step % config.log_every == 0:
                metrics = mean(measured) | looked
                if log:
                    log.write(progress.step, metrics)
                    on_step(progress.step, config.steps, metrics)
            if (is_last or progress.step % config.save_every == 0) and rank() == 0:
                trained.save(run.last, progress)
    wait()  # else a process would read the best weights while rank 0 still writes them
    return progress
