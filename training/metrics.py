"""metrics.jsonl: one line of named numbers a step that is logged."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

from storage import filesystem

Metrics = Mapping[str, float]


class MetricsLog:
    """The log of a run; what a killed run wrote after its last checkpoint is dropped on resuming."""

    def __init__(self, path: Path, step: int) -> None:
        self._path = path
        held = path.read_text().splitlines() if path.exists() else []
        # The last line of a killed run may be cut short; it is never one that a checkpoint covers.
        kept = [line for line in held if line.endswith("}") and json.loads(line)["step"] <= step]
        filesystem.write_bytes(str(path), "".join(f"{line}\n" for line in kept).encode())

    def write(self, step: int, metrics: Metrics) -> None:
        """Append a line; numbers that are not finite are left out, since JSON has none."""
        finite = {name: value for name, value in metrics.items() if math.isfinite(value)}
        with self._path.open("a") as file:
            file.write(json.dumps({"step": step, **finite}) + "\n")
