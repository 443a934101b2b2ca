"""Several processes that train one network: torchrun starts them, and each sees its own share of every batch.

Whoever torchrun has not started is alone, and nothing here costs it anything.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from storage.errors import BadInput
from training.config import HeadKind, TrainConfig
from training.devices import own_device
from vision.computing import device_of


def world() -> int:
    """How many processes train together."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def rank() -> int:
    """Which of them this one is; the one of rank 0 alone writes files and speaks."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def share() -> slice:
    """The places of a row that are this process's: the shares of all are disjoint, and together the row."""
    return slice(rank(), None, world())


def own(purpose: str) -> str:
    """A purpose of random draws that no other process shares; rank 0 draws what a process alone would."""
    return f"{purpose} of process {rank()}" if rank() else purpose


def share_size(config: TrainConfig) -> int:
    """Pictures of a batch that each process has."""
    return config.batch_size // world()


def check_shares(config: TrainConfig) -> None:
    """Refuse a batch that cannot be cut into parts of one size: the mean of their means would not be its mean."""
    parts = world() * config.accumulate
    if rest := config.batch_size % parts:
        raise BadInput(
            f"train.batch_size {config.batch_size} cannot be shared evenly by {world()} processes "
            f"that cut their share into {config.accumulate} parts (train.accumulate)",
            f"set train.batch_size to a multiple of {parts}, such as {config.batch_size - rest + parts}",
        )
    if config.head.kind is HeadKind.BATCH_NORM and config.batch_size == parts:
        raise BadInput(
            "train.head: batch_norm has nothing to normalize by where each part of a batch is a single picture",
            "raise train.batch_size, or lower train.accumulate",
        )


def _sum(values: Tensor) -> Tensor:
    if world() > 1:
        distributed.all_reduce(values)
    return values


def total(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sums over all processes, which must all ask; the same values where there is one."""
    summed: NDArray[np.int64] = _sum(torch.from_numpy(values.copy())).numpy()
    return summed


def weighed(average: Tensor, weight: Tensor) -> Tensor:
    """A mean as its sum and its weight, [2], which can be added up; a mean of nothing is NaN, and adds nothing."""
    return torch.stack([torch.where(weight > 0, average.detach() * weight, 0), weight])


def mean(parts: Mapping[str, Tensor]) -> dict[str, float]:
    """The means over all processes, which must all ask, of sums and weights [2] by name."""
    sums, weights = _sum(torch.stack([part.cpu().double() for part in parts.values()])).T
    return dict(zip(parts, (sums / weights).tolist(), strict=True))


@torch.no_grad()
def average_buffers(network: nn.Module) -> None:
    """Let what the processes' batch norms have seen, each of its own share, become the same for all."""
    held = [buffer for buffer in network.buffers() if buffer.is_floating_point()]
    if world() == 1 or not held:
        return
    means = _sum(torch.cat([buffer.flatten() for buffer in held])) / world()
    for buffer, values in zip(held, torch.split(means, [buffer.numel() for buffer in held]), strict=True):
        buffer.copy_(values.view_as(buffer))


def wait() -> None:
    """Go on when all processes have come this far."""
    total(np.zeros(1, dtype=np.int64))


def parallel(network: nn.Module, device: torch.device) -> nn.Module:
    """The network whose gradients are averaged over the processes; itself where there is one."""
    if world() == 1:
        return network
    # It would hand out rank 0's buffers before a step: `average_buffers` has made them equal by then.
    return DistributedDataParallel(network, device_ids=[device] if device.type == "cuda" else None)


def alone(network: nn.Module) -> AbstractContextManager[None]:
    """Gather gradients without averaging them yet."""
    return network.no_sync() if isinstance(network, DistributedDataParallel) else nullcontext()


@contextmanager
def joined(device: str) -> Iterator[torch.device]:
    """Train with the processes that torchrun has started, where it has, on a device of one's own.

    Raises BadInput where a machine has more processes than GPUs.
    """
    if not {"RANK", "WORLD_SIZE", "LOCAL_RANK"} <= os.environ.keys():
        yield torch.device(device_of(device))
        return
    place = own_device(device)
    if place.type == "cuda":
        torch.cuda.set_device(place)
    distributed.init_process_group("cpu:gloo,cuda:nccl" if place.type == "cuda" else "gloo")
    try:
        yield place
    finally:
        distributed.destroy_process_group()
