"""How forward passes share a machine: their precision, the one GPU, the many cores."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from vision.config import EncoderConfig

_GPU = threading.Lock()
"""Held while a forward pass is handed to a GPU: its flags are the process's, and so is its memory."""


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


@contextmanager
def one_core_each() -> Iterator[None]:
    """Every thread that starts in here computes on one core, for who has a thread for each core.

    Cores that share one forward pass wait for one another after every layer, and much longer where
    anything else runs on one of them.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
