"""The measure of what a loss costs."""

import pytest

from benchmarks.losses.contestants import JUDGED, Size, contestants
from benchmarks.losses.cost import logits_of, pair, peak

BUFFER = Size(classes=20_000, batch=512, rounds=1, device="cpu")


def test_memory_is_what_forward_and_backward_hold_at_once() -> None:
    """The exponential keeps its result and its gradient is another buffer; what is freed in between counts once."""
    logits = logits_of(BUFFER)
    buffers = [
        peak(loss, logits) / (4 * logits.numel())
        for loss in (lambda at: at.exp().sum(), lambda at: (at + 1).exp().sum(), lambda at: at.sum())
    ]
    assert buffers == pytest.approx([2, 2, 1], abs=0.15)


def test_time_is_of_the_work_alone() -> None:
    """A loss taken three times takes longer, whoever comes first."""
    small = Size(classes=5_000, batch=64, rounds=1, device="cpu")
    loss, logits = contestants(small)[JUDGED], logits_of(small)
    for turn in (0, 1):
        taken = pair(lambda at: loss(at) + loss(at) + loss(at), loss, logits, turn)
        assert taken.loss > taken.baseline > 0
