"""metrics.jsonl, and beside it TensorBoard's files: named numbers of every step that is logged."""

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from storage import filesystem
from storage.disk import writing

if TYPE_CHECKING:
    from torch.utils.tensorboard.writer import SummaryWriter

Metrics = Mapping[str, float]

VOLATILE = ("waited", "pictures_per_second")
"""What depends on the machine and the moment: of two runs that are the same, all other numbers are."""


class MetricsLog:
    """The log of a run; what a killed run wrote after its last checkpoint is dropped on resuming."""

    def __init__(self, folder: Path, step: int, board: "SummaryWriter | None" = None) -> None:
        self._path, self._board = folder / "metrics.jsonl", board
        held = self._path.read_text().splitlines() if self._path.exists() else []
        # The last line of a killed run may be cut short; it is never one that a checkpoint covers.
        kept = [line for line in held if line.endswith("}") and json.loads(line)["step"] <= step]
        filesystem.write_bytes(str(self._path), "".join(f"{line}\n" for line in kept).encode())

    def write(self, step: int, metrics: Metrics) -> None:
        """Append a line; numbers that are not finite are left out, since JSON has none."""
        finite = {name: value for name, value in metrics.items() if math.isfinite(value)}
        with writing(self._path):
            with self._path.open("a") as file:
                file.write(json.dumps({"step": step, **finite}) + "\n")
            if self._board:
                for name, value in finite.items():
                    self._board.add_scalar(name, value, step)
                self._board.flush()


@contextmanager
def open_log(folder: Path, step: int, tensorboard: bool) -> Iterator[MetricsLog]:
    """The log of a run that starts, or goes on, after so many steps."""
    if not tensorboard:
        yield MetricsLog(folder, step)
        return
    from torch.utils.tensorboard.writer import SummaryWriter  # seconds, for a few runs alone

    # What a killed run wrote of later steps stays in its file; TensorBoard leaves it out from here on.
    with writing(folder), SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1) as board:
        yield MetricsLog(folder, step, board)
