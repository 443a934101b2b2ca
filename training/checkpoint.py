"""Checkpoints: a run continued from one ends as if it had never stopped.

There is no random state in them, since every draw follows from the seed and the step.
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

from storage import filesystem
from storage.errors import BadInput, DamagedStore


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
        return Progress(**state["progress"])


def save_weights(path: Path, network: nn.Module) -> None:
    """Write a network's weights as safetensors; the file appears only when it is whole."""
    weights = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    filesystem.write_bytes(str(path), safetensors.torch.save(weights))


def load_weights(path: Path, network: nn.Module) -> None:
    """Give a network the weights that `save_weights` wrote."""
    network.load_state_dict(safetensors.torch.load(filesystem.read_bytes(str(path))))
