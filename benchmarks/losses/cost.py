"""What one forward and backward takes."""

import ctypes
import time
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from benchmarks.losses.contestants import Mean, Size

_PROC = Path("/proc/self")
_RESET_PEAK = "5"
_MMAP_THRESHOLD = -3


class Pair(NamedTuple):
    """Seconds of one forward and backward each."""

    loss: float
    baseline: float


def use_one_thread() -> None:
    """Let no other program's load stall a barrier between threads, and no loss reuse what another one freed.

    Left alone, glibc keeps buffers of a size that it has seen freed, and the next loss would find them warm.
    """
    torch.set_num_threads(1)
    ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, 2**20)


def logits_of(size: Size) -> Tensor:
    """Random logits [batch, classes] that want a gradient."""
    torch.manual_seed(0)
    return torch.randn(size.batch, size.classes, device=size.device).requires_grad_()


def _resident(what: str) -> int:
    """Bytes of this process's resident set, now (VmRSS) or at its peak (VmHWM)."""
    lines = (_PROC / "status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))


def _differentiate(loss: Mean, logits: Tensor) -> None:
    torch.autograd.backward(loss(logits))


def peak(loss: Mean, logits: Tensor) -> int:
    """Bytes at the peak of one forward and backward, above what was held before it."""
    logits.grad = None
    if logits.is_cuda:
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        _differentiate(loss, logits)
        return torch.cuda.max_memory_allocated() - before
    (_PROC / "clear_refs").write_text(_RESET_PEAK)
    before = _resident("VmRSS")
    _differentiate(loss, logits)
    return _resident("VmHWM") - before


def _on_gpu(loss: Mean, logits: Tensor) -> float:
    start, end = (torch.Event(logits.device, enable_timing=True) for _ in range(2))
    start.record()
    _differentiate(loss, logits)
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / 1000


def _on_cpu(loss: Mean, logits: Tensor) -> float:
    started = time.process_time()
    _differentiate(loss, logits)
    return time.process_time() - started


def _seconds(loss: Mean, logits: Tensor) -> float:
    logits.grad = None
    return _on_gpu(loss, logits) if logits.is_cuda else _on_cpu(loss, logits)


def pair(loss: Mean, baseline: Mean, logits: Tensor, turn: int) -> Pair:
    """Seconds of a loss and of the baseline right beside it, who is first in turns.

    They are the processor's, of one thread, or those of a GPU's own clock.
    """
    if turn % 2:
        return Pair(_seconds(loss, logits), _seconds(baseline, logits))
    other = _seconds(baseline, logits)
    return Pair(_seconds(loss, logits), other)
