"""Checkpoints: a run continued from one, by as many processes, ends as if it had never stopped.

There is no random state in them and no place in the data: every batch follows from the seed and the step, every
other draw from these and the process's rank. So another number of processes may go on too, with the same batches
but other noise. The best weights lie in them, so that they are always those of the step that is called the best.
"""

import io
import pickle
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.optim.swa_utils import AveragedModel

from storage import filesystem
from storage.errors import BadInput, DamagedStore
from training.processes import average_buffers

PARTS = {"run", "progress", "network", "optimizer", "schedule", "average", "best"}
# What torch.load stumbles over in damaged bytes; where they cannot be had at all, that is an OSError.
UNREADABLE = (RuntimeError, EOFError, LookupError, ValueError, TypeError, AttributeError, pickle.UnpicklingError)


@dataclass(frozen=True, slots=True)
class Progress:
    """Steps done, and the one that did best on validation."""

    step: int = 0
    best_step: int = 0
    best_accuracy: float = -1.0


def _load(path: Path) -> dict[str, Any]:
    """What `Trained.save` wrote; raises DamagedStore where the file is anything else."""
    again = "delete it, and the run starts again"
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except UNREADABLE as error:
        raise DamagedStore(f"{path} cannot be read: {error}", again) from error
    if not isinstance(state, dict) or state.keys() != PARTS:
        raise DamagedStore(f"{path} is no checkpoint of a run", again)
    return state


@dataclass(frozen=True, slots=True)
class Trained:
    """What changes while a run goes on; `run` is a fingerprint of what does not, `best` copies the best weights."""

    run: str
    network: nn.Module
    optimizer: Optimizer
    schedule: LRScheduler
    average: AveragedModel | None = None
    best: dict[str, Tensor] = field(default_factory=dict)

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

    def keep(self) -> None:
        """Remember the judged weights, which have done best so far."""
        weights = self.judged.state_dict()
        self.best.update({name: value.to("cpu", copy=True) for name, value in weights.items()})

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
                "best": self.best,
            },
            buffer,
        )
        filesystem.write_bytes(str(path), buffer.getbuffer())

    def resume(self, path: Path) -> Progress:
        """Take up the run where its checkpoint left it; from the start where there is none."""
        if not path.exists():
            return Progress()
        state = _load(path)
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
        self.best.update(state["best"])
        return Progress(**state["progress"])


def save_weights(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Write weights as safetensors; the file appears only when it is whole."""
    in_rows = {name: value.contiguous() for name, value in weights.items()}
    filesystem.write_bytes(str(path), safetensors.torch.save(in_rows))


def load_weights(path: Path, network: nn.Module) -> None:
    """Give a network the weights that `save_weights` wrote."""
    network.load_state_dict(safetensors.torch.load(filesystem.read_bytes(str(path))))
