"""What is behind each URL of the served web, decided by a seed."""

import random
from collections.abc import Iterator, Sequence
from enum import StrEnum

HOSTS = tuple(f"127.0.2.{last}" for last in range(1, 51))
"""One address a host: loopback answers on all of 127.0.0.0/8."""

NETWORK = "127.0.2.0/24"
"""The one network that a guarded crawler is let into for a benchmark."""

RETRY_AFTER = 3
"""Seconds for which a host that answered 429 is not to be asked."""


class Kind(StrEnum):
    """How a URL answers."""

    GOOD = "good"
    MISSING = "missing"
    BUSY = "busy"  # 429 once, for the whole host; then good
    DRIP = "drip"  # a byte every 1.5 seconds
    TRUNCATED = "truncated"  # half of the body, then the end
    ENDLESS = "endless"  # a body without a stated length
    BOMB = "bomb"  # a small PNG of 16000 x 16000 pixels


ROUGH = {
    Kind.MISSING: 0.10, Kind.BUSY: 0.05, Kind.DRIP: 0.02, Kind.TRUNCATED: 0.02, Kind.ENDLESS: 0.005, Kind.BOMB: 0.005,
}  # fmt: skip
"""The shares of the rough web; the rest is good."""

OBTAINABLE = frozenset({Kind.GOOD, Kind.BUSY})
"""What a patient crawler can get."""


def host_of(number: int) -> str:
    """The host of a picture; neighbors in a list of URLs lie on different hosts."""
    return HOSTS[number % len(HOSTS)]


def urls(scheme: str, port: int, count: int) -> list[str]:
    """The URL of every picture, by number."""
    return [f"{scheme}://{host_of(number)}:{port}/{number}.jpg" for number in range(count)]


def number_of(url: str) -> int:
    """The number of the picture behind a URL or its path."""
    return int(url.rpartition("/")[2].removesuffix(".jpg"))


def _faults(count: int) -> Iterator[Kind]:
    for kind, share in ROUGH.items():
        yield from [kind] * max(1, round(share * count))


def smooth(count: int) -> list[Kind]:
    """Good pictures alone."""
    return [Kind.GOOD] * count


def rough(count: int, seed: int = 0) -> list[Kind]:
    """The kinds of the rough web in random order, each of its faults at least once."""
    faults: Sequence[Kind] = list(_faults(count))
    kinds = [*faults, *smooth(count - len(faults))]
    random.Random(seed).shuffle(kinds)  # noqa: S311 - repeatable, no secret
    return kinds
