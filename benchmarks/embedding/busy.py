"""The share of time that a GPU was at work, as its driver says."""

import shutil
import subprocess
from statistics import mean
from types import TracebackType
from typing import Self

EVERY_MS = 100
_ASKS = ["--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", f"--loop-ms={EVERY_MS}"]


class Busy:
    """Watches the first GPU while it is entered; `share` is in [0, 1], 0 where there is no GPU to watch."""

    def __init__(self, device: str) -> None:
        self._tool = shutil.which("nvidia-smi") if device.startswith("cuda") else None
        self.share = 0.0

    def __enter__(self) -> Self:
        if self._tool:
            command = [self._tool, "--id=0", *_ASKS]
            self._watch = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  # fixed words
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._tool:
            self._watch.terminate()
            said = [int(line) for line in self._watch.communicate()[0].split("\n") if line.strip().isdigit()]
            self.share = mean(said) / 100 if said else 0.0
