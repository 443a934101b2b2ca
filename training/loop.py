"""The loop, flat and visible: one fenced step, then once in a while a look at validation, a checkpoint, a line."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grads_with_norm_, get_total_norm

from storage.errors import Diverged
from storage.scratch import fetch, mirror
from training.checkpoint import Progress, Trained, save_weights
from training.config import TrainConfig
from training.data import TrainingSet
from training.evaluate import evaluate, mean_accuracy
from training.feed import Batch, Feed
from training.gradients import gather
from training.losses.base import LongTailLoss
from training.metrics import Metrics, open_log
from training.mixing import mix
from training.models.network import Network
from training.optimizing import prepare
from training.pace import Pace
from training.processes import check_shares, mean, own, parallel, rank, wait, weighed
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
        """The weights that did best on validation, from the run's end on; until then its checkpoint holds them."""
        return self.folder / "best.safetensors"

    @property
    def log(self) -> Path:
        """The metrics of the steps so far."""
        return self.folder / "metrics.jsonl"

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
    """One update of the weights, and what it says of itself, each [sum, weight] over the process's samples.

    `model` is the network as it is called: itself, or what averages its gradients over the processes.
    Raises Diverged at a gradient that is not finite, before it moves a weight.
    """
    config = run.config
    inputs, given = batch
    run.network.reseed(seeds(config.seed, own("noise"), step, 1)[0])
    run.loss.advance(step / config.steps)
    # A process mixes its own rows among themselves, so two processes see other pairs than one would.
    inputs, labels = mix(inputs, given, config, stream(config.seed, own("mixup"), step))
    trained.optimizer.zero_grad()
    parts = gather(model, run.loss, inputs, labels, config)
    total, samples = parts["loss"]
    norm = _bounded(run, step, total / samples)
    rate = torch.tensor(trained.schedule.get_last_lr()[0], dtype=torch.float64)
    trained.update()
    return {"lr": weighed(rate, torch.ones_like(rate)), "gradient_norm": weighed(norm, torch.ones_like(norm)), **parts}


def look(run: Run, trained: Trained, progress: Progress) -> tuple[float, Progress]:
    """Mean per-class accuracy on validation; the weights are kept where they are the best so far."""
    tally = evaluate(trained.judged, run.feed.evaluation(run.data.val), len(run.data.classes))
    accuracy = mean_accuracy(tally)
    if accuracy < progress.best_accuracy:  # of equals the later is kept: its learning rate is lower
        return accuracy, progress
    trained.keep()
    return accuracy, replace(progress, best_step=progress.step, best_accuracy=accuracy)


def _save(run: Run, trained: Trained, progress: Progress) -> None:
    """Write a checkpoint; the last one after the best weights, so that a finished run is never without its own."""
    if progress.step == run.config.steps:
        save_weights(run.best, trained.best)
    trained.save(run.last, progress)
    mirror(run.log, *[run.best] * (progress.step == run.config.steps), run.last)


def _compile(trained: Trained) -> None:
    """Compile what is trained and what is judged, in place, so that their weights keep their names.

    At first for the one size that batches have; when another comes, as a split's last batch is, for all sizes.
    """
    for network in {trained.network, trained.judged}:
        network.compile()


def _called(run: Run, steps: range) -> Iterator[nn.Module]:
    """The network as each step calls it: first for the head alone, then, wrapped anew, for all that learns."""
    model: nn.Module = run.network
    for step in steps:
        if step in (steps.start, run.config.head_steps):
            (run.network.hold_trunk if step < run.config.head_steps else run.network.release_trunk)()
            model = parallel(run.network, run.device)
        yield model


def train(run: Run, on_step: OnStep) -> Progress:
    """Train to the last step, from the last checkpoint where there is one; the best weights lie in the folder."""
    config, trained = run.config, prepare(run.network, run.config, run.fingerprint)
    check_shares(config)
    if rank() == 0:
        fetch(run.log, run.best, run.last)
    wait()  # the processes share the folder
    progress = trained.resume(run.last)
    if config.compile:
        _compile(trained)
    steps, pace = range(progress.step, config.steps), Pace(config.batch_size)
    with nullcontext() if rank() else open_log(run.folder, progress.step, config.tensorboard) as log:
        for step, model, batch in zip(steps, _called(run, steps), pace.waiting(run.feed.training(steps)), strict=True):
            measured = train_step(run, model, trained, step, batch)
            pace.stepped()
            progress = replace(progress, step=step + 1)
            is_last = progress.step == config.steps
            looked: dict[str, float] = {}
            if is_last or progress.step % config.evaluate_every == 0:
                looked["val_accuracy"], progress = look(run, trained, progress)
            if looked or progress.step % config.log_every == 0:
                metrics = mean(measured) | pace.line() | looked
                if log:
                    log.write(progress.step, metrics)
                    on_step(progress.step, config.steps, metrics)
            if (is_last or progress.step % config.save_every == 0) and rank() == 0:
                _save(run, trained, progress)
    if rank() == 0 and not run.best.exists():  # deleted since the run was finished
        save_weights(run.best, trained.best)
    wait()  # else a process would read the best weights while rank 0 still writes them
    return progress
