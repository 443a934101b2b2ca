"""The figures of a race: a value a round, their medians, and what they come to."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

from benchmarks.web.contest import ORIGINALS, OURS, PEER, Lap


@dataclass(slots=True)
class Figures:
    """One client over one scheme, a value a round.

    `rate` and `with_start` are in pictures a second, `cpu_ms` in processor milliseconds a picture,
    start included; `server_busy` is a share.
    """

    rate: list[float] = field(default_factory=list)
    with_start: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    server_busy: list[float] = field(default_factory=list)

    def add(self, done: Lap, count: int) -> None:
        """Take one lap over so many pictures in."""
        self.rate.append(count / done.seconds)
        self.with_start.append(count / done.ran.seconds)
        self.cpu_ms.append(1000 * done.ran.cpu_seconds / count)
        self.server_busy.append(done.server_busy)


@dataclass(slots=True)
class Race:
    """The figures by scheme and client, and the limit, a value a round."""

    figures: dict[str, dict[str, Figures]] = field(default_factory=dict)
    limits: list[float] = field(default_factory=list)

    def rate(self, scheme: str, client: str) -> float:
        """The median rate, in pictures a second."""
        return median(self.figures[scheme][client].rate)


def spread(values: Sequence[float]) -> str:
    """The median and the range."""
    return f"{median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


def lines(race: Race) -> list[str]:
    """What a reader wants to see of a race."""
    told = [
        f"{scheme:5} {name:20} {spread(one.rate)} pictures/s, with start {spread(one.with_start)}, "
        f"{median(one.cpu_ms):.2f} ms of CPU a picture, server busy {median(one.server_busy):.0%}"
        for scheme, clients in race.figures.items()
        for name, one in clients.items()
    ]
    return [*told, f"limit: {spread(race.limits)} pictures/s decoded, resized and encoded"]


def _medians(clients: Mapping[str, Figures]) -> dict[str, dict[str, float]]:
    return {
        name: {key: round(median(values), 3) for key, values in asdict(one).items()} for name, one in clients.items()
    }


def summary(race: Race) -> dict[str, object]:
    """Ratios of medians, ours over the peer's; `fraction_of_limit` is that of the slower scheme."""
    limit = median(race.limits)
    ratios = {f"ratio_{scheme}": race.rate(scheme, OURS) / race.rate(scheme, PEER) for scheme in race.figures}
    for scheme in (scheme for scheme, clients in race.figures.items() if ORIGINALS in clients):
        ratios[f"ratio_{scheme}_originals_kept"] = race.rate(scheme, ORIGINALS) / race.rate(scheme, PEER)
    fractions = {f"fraction_of_limit_{scheme}": race.rate(scheme, OURS) / limit for scheme in race.figures}
    found = {**ratios, "fraction_of_limit": min(fractions.values()), **fractions, "limit": limit}
    return {
        **{name: round(value, 3) for name, value in found.items()},
        "medians": {scheme: _medians(clients) for scheme, clients in race.figures.items()},
    }
