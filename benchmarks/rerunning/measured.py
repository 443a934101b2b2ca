"""All that was measured: its last line, and what of it is not as promised."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks.rerunning.race import Race
from benchmarks.rerunning.tables import stage_names
from benchmarks.rerunning.warm import Changed, Reruns
from storage.records import PIPELINE, Stage

OVERHEAD_S, SHARE = 5.0, 0.05
"""What is promised of a warm rerun, in seconds, and of orchestration."""

BEFORE = frozenset(PIPELINE[: PIPELINE.index(Stage.SELECT)])
"""The stages that a threshold of select does not reach."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything; `race` is None where the photographs are missing."""

    worker: Reruns
    line: Reruns
    process: Reruns
    changed: Changed
    race: Race | None

    @property
    def executed(self) -> int:
        """Stages that a run executed though everything was whole."""
        return self.worker.executed + self.line.executed + self.process.executed

    @property
    def figures(self) -> dict[str, object]:
        """The last line."""
        return {
            "warm_stages_executed": self.executed,
            "warm_overhead_s": round(self.worker.overhead, 2),
            "warm_overhead_command_line_s": round(self.line.overhead, 2),
            "warm_process_s": round(median(self.process.warm), 1),
            "changed_threshold_executed": stage_names(self.changed.executed),
            "changed_threshold_s": round(self.changed.seconds, 1),
            "orchestration_overhead": round(self.race.overhead, 4) if self.race else None,
        }


def shortfalls(found: Measured, quick: bool) -> Iterator[str]:
    """What is not as promised; a quick race is none to judge."""
    if found.executed:
        yield f"warm runs executed {found.executed} stages, required is none"
    for how, each in (("worker", found.worker), ("command line", found.line)):
        if each.overhead > OVERHEAD_S:
            yield f"a warm run adds {each.overhead:.1f} s over an empty flow ({how}), required are {OVERHEAD_S:g}"
    if Stage.SELECT not in found.changed.executed or BEFORE & set(found.changed.executed):
        yield f"a changed threshold of select executed {', '.join(stage_names(found.changed.executed))}"
    if found.race and not quick and found.race.overhead > SHARE:
        yield f"orchestration adds {found.race.overhead:.1%}, required are {SHARE:.0%}"
