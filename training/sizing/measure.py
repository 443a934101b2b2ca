"""Two real steps of a recipe's network with random weights, and what they cost."""

import resource
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from storage.errors import BadInput
from training.checkpoint import Trained
from training.config import HeadKind, TrainConfig
from training.data import TrainingSet
from training.feed import Batch
from training.loop import Run, train_step
from training.losses.choose import loss_of
from training.models.whole import WholeNetwork
from training.optimizing import prepare
from training.sizing.generated import GeneratedFeed, planned_set
from training.sizing.plan import Plan
from vision.computing import device_of
from vision.encoders import EncoderConfig

STEPS = 2


@dataclass(frozen=True, slots=True)
class Measured:
    """What the two steps came to; `held` are bytes of weights, gradients and the optimizer's state.

    `peak` is the most that was held at once, in bytes: of the GPU's memory, else of this process's, libraries and all.
    `flops` are those of one picture in a step in which all learns that ever does.
    """

    parameters: int
    trained: int
    held: int
    peak: int
    flops: int
    losses: tuple[float, ...]
    device: str


def unweighted(config: TrainConfig, batch: int) -> TrainConfig:
    """The settings of two steps, of which the first is the head's where it has steps of its own."""
    # A head that starts from texts has the shape of a cosine one; to read tens of thousands of names takes hours.
    kind = HeadKind.COSINE if config.head.kind is HeadKind.TEXT_COSINE else config.head.kind
    return config.model_copy(
        update={
            "head": config.head.model_copy(update={"kind": kind}),
            "steps": STEPS,
            "warmup_steps": 0,
            "head_steps": min(config.head_steps, 1),
            "batch_size": batch,
            "accumulate": 1,
        }
    )


def _run(config: TrainConfig, encoder: EncoderConfig, data: TrainingSet) -> Run:
    """The arm with all neighbors, built as `training.fit` builds it, but for what it is fed."""
    device = torch.device(device_of(config.device))
    classes = (*data.classes, *data.auxiliaries)
    network = WholeNetwork(encoder, classes, config).to(device)
    feed = GeneratedFeed(config.batch_size, encoder.image_size, len(classes), config.seed, device)
    return Run(network, loss_of(data, config).to(device), feed, data, config, device, Path(), "")


def _bytes(tensors: Iterable[object]) -> int:
    return sum(each.numel() * each.element_size() for each in tensors if isinstance(each, Tensor))


def _held(trained: Trained) -> int:
    """Bytes of weights, gradients, the optimizer's state and the averaged weights."""
    weights = list(trained.network.parameters())
    state = [value for states in trained.optimizer.state.values() for value in states.values()]
    average = list(trained.average.parameters()) if trained.average else []
    return _bytes([*weights, *(each.grad for each in weights), *state, *average])


def _peak(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@torch.no_grad()
def _sums(network: nn.Module) -> dict[str, float]:
    """A number for each tensor that learns, which moves with it: a copy of all would double what is held."""
    return {name: float(each.double().sum()) for name, each in network.named_parameters() if each.requires_grad}


def _check_moved(before: Mapping[str, float], after: Mapping[str, float]) -> None:
    """Raise BadInput where the head, or all that learns below it, stood still."""
    moved = {name for name, value in before.items() if after[name] != value}
    for part, names in (
        ("the head", {name for name in before if name.startswith("head.")}),
        ("the network below the head", {name for name in before if not name.startswith("head.")}),
    ):
        if names and not names & moved:
            raise BadInput(f"two steps moved no weight of {part}", "raise train.lr: it is lost in rounding")


def _stepped(run: Run, trained: Trained, step: int, batch: Batch) -> float:
    """One step as the loop makes it, and its loss; raises Diverged where its gradient is not finite."""
    (run.network.hold_trunk if step < run.config.head_steps else run.network.release_trunk)()
    total, samples = train_step(run, run.network, trained, step, batch)["loss"]
    return float(total / samples)


def measure(plan: Plan, batch: int) -> Measured:
    """Two steps of `batch` pictures each: the loss, the optimizer and the mixing are those of training.

    Raises BadInput where the network cannot be built as the recipe says, or does not learn.
    """
    if plan.config.encoder is None:
        raise ValueError("a network that is trained whole has an encoder, which its section holds")
    config, data = unweighted(plan.config, batch), planned_set(plan)
    run = _run(config, plan.config.encoder.model_copy(update={"checkpoint": None, "pretrained": None}), data)
    trained, before = prepare(run.network, config, run.fingerprint), _sums(run.network)
    first, second = run.feed.training(range(STEPS))
    losses = [_stepped(run, trained, 0, first)]
    with FlopCounterMode(display=False) as counter:  # by now all learns
        losses.append(_stepped(run, trained, 1, second))
    _check_moved(before, _sums(run.network))
    learned = [each for each in run.network.parameters() if each.requires_grad]
    return Measured(
        parameters=sum(each.numel() for each in run.network.parameters()),
        trained=sum(each.numel() for each in learned),
        held=_held(trained),
        peak=_peak(run.device),
        flops=counter.get_total_flops() // batch,
        losses=tuple(losses),
        device=str(run.device),
    )
