"""The tables that people read."""

from collections.abc import Mapping, Sequence
from statistics import median

from rich.table import Table

from benchmarks.rerunning.race import Race
from benchmarks.rerunning.warm import Reruns
from storage.records import Stage


def stage_names(stages: Sequence[Stage]) -> list[str]:
    """Each stage once, in order."""
    return [str(stage) for stage in dict.fromkeys(stages)]


def _spread(times: Sequence[float]) -> str:
    return f"{median(times):.2f} ({min(times):.2f} to {max(times):.2f})"


def reruns_table(each: Mapping[str, Reruns]) -> Table:
    """Warm runs and empty flows, seconds as median and range."""
    table = Table("run as", "warm", "empty flow", "added", "stages executed", title="everything is whole: seconds")
    for how, one in each.items():
        added = [warm - empty for warm, empty in zip(one.warm, one.empty, strict=True)]
        table.add_row(how, _spread(one.warm), _spread(one.empty), _spread(added), str(one.executed))
    return table


def race_table(race: Race) -> Table:
    """Every step both ways, medians of seconds; in the last line the range of the rounds' own shares."""
    table = Table("stage", "flow", "plain", "added", "server after", title="flows and plain functions: seconds")
    laps = race.medians()
    for lap in laps:
        table.add_row(
            lap.step, f"{lap.flow:.2f}", f"{lap.plain:.2f}", f"{lap.flow - lap.plain:+.2f}", f"{lap.after:.2f}"
        )
    table.add_row("the pipeline itself", f"{race.own:.2f}", "", f"{race.own:+.2f}")
    table.add_section()
    flow, plain, after = (sum(times) for times in zip(*((lap.flow, lap.plain, lap.after) for lap in laps), strict=True))
    shares = [race.over(laps) for laps in race.rounds]
    spread = f"{race.overhead:+.1%} ({min(shares):+.1%} to {max(shares):+.1%})"
    table.add_row("all", f"{flow + race.own:.2f}", f"{plain:.2f}", spread, f"{after:.2f}")
    return table
