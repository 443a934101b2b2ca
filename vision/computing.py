"""How forward passes share a machine: their precision, the one GPU, the many cores."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from storage.errors import BadInput
from vision.config import EncoderConfig

_GPU = threading.RLock()
"""Held while a batch is handed to a GPU: its flags are the process's, and so is its memory."""


def device_of(name: str) -> str:
    """The device itself, for auto a GPU where there is one; raises BadInput where there is none of this name."""
    import torch

    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=name)
    except (AssertionError, RuntimeError) as error:
        why = str(error).partition("\n")[0]
        raise BadInput(
            f"device: torch can use no {name} here: {why}",
            "set the section's device (embed.device, for checks of names vet.text.device) to auto or cpu",
        ) from error
    return name


@contextmanager
def _on_gpu(exact: bool) -> Iterator[None]:
    """One thread at a time; `exact` without the rounding of fp32 that GPUs allow themselves by default."""
    import torch

    with _GPU, torch.backends.cudnn.flags(enabled=True, allow_tf32=not exact):
        yield


@contextmanager
def computing(config: EncoderConfig, device: str) -> Iterator[None]:
    """No gradients, and the recipe's precision."""
    import torch

    kind, half = device.partition(":")[0], {"bf16": torch.bfloat16, "fp16": torch.float16}.get(config.precision)
    place = _on_gpu(half is None) if kind == "cuda" else nullcontext()
    with torch.inference_mode(), place, torch.autocast(kind, half or torch.bfloat16, enabled=half is not None):
        yield


class _Sharing:
    """How many share the cores out at once; the number of threads belongs to the process, and to the first of them."""

    def __init__(self) -> None:
        self._lock, self._users, self._before = threading.Lock(), 0, 1

    def enter(self) -> None:
        """Compute on one core a thread from now on."""
        import torch

        with self._lock:
            if not self._users:
                self._before = torch.get_num_threads()
            self._users += 1
            torch.set_num_threads(1)

    def leave(self) -> None:
        """The last one gives the cores back."""
        import torch

        with self._lock:
            self._users -= 1
            if not self._users:
                torch.set_num_threads(self._before)


_CORES = _Sharing()


@contextmanager
def one_core_each() -> Iterator[None]:
    """Every thread that starts in here computes on one core, for who has a thread for each core.

    Cores that share one forward pass wait for one another after every layer, and much longer where
    anything else runs on one of them.
    """
    _CORES.enter()
    try:
        yield
    finally:
        _CORES.leave()
