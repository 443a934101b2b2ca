"""Checkpoints: a run continued from one ends as if it had never stopped.

There is no random state in them and no place in the data, since every draw and every batch follows from the seed
and the step; so a run may also go on with another number of processes.
"""

import io
import pickle
from dataclasses import asdict, dataclass
from pathlib import Path

import safetensors.torch
import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.optim.swa_utils import AveragedModel

from storage import filesystem
from storage.errors import BadInput, DamagedStore
from training.processes import average_buffers


@dataclass(frozen=True, slots=True)
class Progress:
    """Steps done, and the one that did best on validation."""

    step: int = 0
    best_step: int = 0
    best_accuracy: float = -1.0


@dataclass(frozen=True, slots=True)
class Trained:
    """What changes while a run goes on; `run` is a fingerprint of what does not."""

    run: str
    network: nn.Module
    optimizer: Optimizer
    schedule: LRScheduler
    average: AveragedModel | None = None

    @property
    def judged(self) -> nn.Module:
        """The network that evaluation sees and that is kept: the average, where there is one."""
        return self.average.module if self.average else self.network

    def update(self) -> None:
        """Follow the gradients for one step: the weights, the rate and the average."""
        self.optimizer.step()
        self.schedule.step()
        average_buffers(self.network)
        if self.average:
            self.average.update_parameters(self.network)

    def save(self, path: Path, progress: Progress) -> None:
        """Write everything that resuming needs; the file appears only when it is whole."""
        buffer = io.BytesIO()
        torch.save(
            {
                "run": self.run,
                "progress": asdict(progress),
                "network": self.network.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "schedule": self.schedule.state_dict(),
                "average": self.average.state_dict() if self.average else None,
            },
            buffer,
        )
        filesystem.write_bytes(str(path), buffer.getvalue())

    def resume(self, path: Path) -> Progress:
        """Take up the run where its checkpoint left it; from the start where there is none."""
        if not path.exists():
            return Progress()
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
        except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
            raise DamagedStore(f"{path} cannot be read: {error}", "delete it, and the run starts again") from error
        if state["run"] != self.run:
            raise BadInput(
                f"{path} belongs to another run: its data, settings or arm were different",
                "give this run a folder of its own, or delete that one",
            )
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        if self.average:
            self.average.load_state_dict(state["average"])
        return Progress(**state["progress"])


def save_weights(path: Path, network: nn.Module) -> None:
    """Write a network's weights as safetensors; the file appears only when it is whole."""
    weights = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    filesystem.write_bytes(str(path), safetensors.torch.save(weights))


def load_weights(path: Path, network: nn.Module) -> None:
    """Give a network the weights that `save_weights` wrote."""
    network.load_state_dict(safetensors.torch.load(filesystem.read_bytes(str(path))))
