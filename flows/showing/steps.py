"""The steps of an arm that trains, as its progress artifact shows them: with loss and accuracy."""

import re

from tasks.progress import Moment, watch
from training.choices import Arm
from training.job import said
from training.metrics import Metrics

_STEP = re.compile(r": step (\d+) of (\d+)")


class Steps:
    """What an arm has said last, for whoever shows its partition."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self._newest: dict[str, float] = {}
        self._now = Moment(0.0, f"train {arm}: getting ready")
        watch(lambda: self._now)

    def tell(self, step: int, steps: int, metrics: Metrics) -> None:
        """So many steps are done; the accuracy of the last look stays in sight until the next."""
        self._newest.update(metrics)
        line = said(self._arm, step, steps, self._newest)
        self.hear(line or f"train {self._arm}: step {step} of {steps}, loss {metrics['loss']:.3g}")

    def hear(self, line: str) -> None:
        """A line as `said` makes them, of a process that trains."""
        if found := _STEP.search(line):
            self._now = Moment(100 * int(found[1]) / int(found[2]), line)
