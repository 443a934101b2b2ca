"""Which device a process trains on that torchrun has started among others."""

import os

import torch

from storage.errors import BadInput
from vision.computing import device_of


def _processes_here() -> int:
    """How many run on this machine; starters other than torchrun may tell of all machines alone."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", os.environ["WORLD_SIZE"]))


def own_device(name: str) -> torch.device:
    """The device that is named; of a machine's GPUs, where none is, the one of the process's number on it.

    Raises BadInput where processes would have to share a GPU.
    """
    device, here = torch.device(device_of(name)), _processes_here()
    if device.index is not None and here > 1:
        raise BadInput(f"train.device {name} is one device for {here} processes", "set train.device to auto or cuda")
    if device.type != "cuda" or device.index is not None:
        return device
    if here > (gpus := torch.cuda.device_count()):
        raise BadInput(
            f"{here} processes were started on a machine with {gpus} GPUs",
            f"start at most {gpus}, by train.processes or by torchrun --nproc-per-node {gpus}",
        )
    return torch.device("cuda", int(os.environ["LOCAL_RANK"]))
