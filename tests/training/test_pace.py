"""What a run tells of its speed."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
import torch

from training.feed import Batch
from training.pace import Pace

BATCH = torch.zeros(1), torch.zeros(1)


class Clock:
    """A clock that goes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        """The seconds."""
        return self.now


@pytest.mark.parametrize("look", [0.0, 1000.0])
def test_a_line_tells_of_the_steps_since_the_last_one(look: float) -> None:
    """How long each waited and worked; what happens between two steps is none of it."""
    clock, pace = Clock(), Pace(pictures=8)

    def batches() -> Iterator[Batch]:
        for seconds in (1.0, 2.0, 5.0):
            clock.now += seconds
            yield BATCH

    lines = []
    with patch("training.pace.perf_counter", clock):
        for seconds, _ in zip((3.0, 4.0, 5.0), pace.waiting(batches()), strict=True):
            clock.now += seconds
            pace.stepped()
            if seconds > 3:
                lines.append(pace.line())
            clock.now += look
    assert lines == [
        pytest.approx({"waited": 3 / 10, "pictures_per_second": 16 / 10}),
        pytest.approx({"waited": 5 / 10, "pictures_per_second": 8 / 10}),
    ]
