"""What the web serves for each neighbor class: the shares of the yardstick.

A class with g good pictures also gets 0.4 g off-topic ones, 0.3 g copies of its good ones,
0.15 g copies of target pictures and 0.1 g failing answers, each rounded half up by class.
Thirds (train, val, test) and ways to fail are dealt in turn *across* the classes, so that
their totals differ by one at most. No off-topic or target picture is served twice, and a
good one is copied once at most.
"""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from sandbox.copies import Transform, draw_transforms
from sandbox.corpus import Original, Pools
from sandbox.errors import BadCorpus
from sandbox.ledger import Failure, Kind
from sandbox.seeded import seeded
from storage.records import Split

SHARES = {
    Kind.GOOD: Fraction(1),
    Kind.OFF_TOPIC: Fraction(4, 10),
    Kind.COPY_OF_GOOD: Fraction(3, 10),
    Kind.COPY_OF_TARGET: Fraction(15, 100),
    Kind.FAILING: Fraction(1, 10),
}
"""Pictures of each kind for one good picture; fractions, so that halves round alike everywhere."""


@dataclass(frozen=True, slots=True)
class Supply:
    """One thing to serve under a neighbor's query, before it has a URL."""

    neighbor: str
    kind: Kind
    original: Original
    split: Split | None = None
    transforms: tuple[Transform, ...] = ()
    failure: Failure | None = None


@dataclass(slots=True)
class _Dealer:
    """The shared pools, from which every class takes its part without putting anything back."""

    rng: random.Random
    off_topic: list[Original]
    targets: dict[Split, list[Original]]
    splits: Iterator[Split] = field(default_factory=lambda: itertools.cycle(Split))
    failures: Iterator[Failure] = field(default_factory=lambda: itertools.cycle(Failure))

    def next_off_topic(self) -> Original:
        if not self.off_topic:
            raise BadCorpus("the corpus has too few off-topic pictures: name more classes under off_topic")
        return self.off_topic.pop()

    def next_target(self) -> tuple[Split, Original]:
        split = next(self.splits)
        if not self.targets[split]:
            raise BadCorpus(f"the corpus has too few target pictures in {split}: add some or fewer neighbors")
        return split, self.targets[split].pop()


def share_of(kind: Kind, good: int) -> int:
    """How many pictures of a kind a class with `good` good ones is served with."""
    return int(SHARES[kind] * good + Fraction(1, 2))


def _of_class(neighbor: str, good: Sequence[Original], dealer: _Dealer) -> Iterator[Supply]:
    rng, count = dealer.rng, {kind: share_of(kind, len(good)) for kind in Kind}
    for original in good:
        yield Supply(neighbor, Kind.GOOD, original)
    for _ in range(count[Kind.OFF_TOPIC]):
        yield Supply(neighbor, Kind.OFF_TOPIC, dealer.next_off_topic())
    for original in rng.sample(good, count[Kind.COPY_OF_GOOD]):
        yield Supply(neighbor, Kind.COPY_OF_GOOD, original, transforms=draw_transforms(rng))
    for _ in range(count[Kind.COPY_OF_TARGET]):
        split, original = dealer.next_target()
        yield Supply(neighbor, Kind.COPY_OF_TARGET, original, split, draw_transforms(rng))
    for original in rng.sample(good, count[Kind.FAILING]):
        yield Supply(neighbor, Kind.FAILING, original, failure=next(dealer.failures))


def draw_supplies(pools: Pools, seed: int) -> list[Supply]:
    """Everything the web serves, class by class; the same for the same pools and seed."""
    rng = seeded("supply", seed)
    off_topic = rng.sample(pools.off_topic, len(pools.off_topic))
    targets = {split: rng.sample(pools.targets[split], len(pools.targets[split])) for split in Split}
    dealer = _Dealer(rng, off_topic, targets)
    return [supply for neighbor, good in pools.good.items() for supply in _of_class(neighbor, good, dealer)]


def further_supplies(pools: Pools) -> Iterator[Supply]:
    """All that the web can grow by: good pictures, none of which it serves before."""
    return (Supply(neighbor, Kind.GOOD, original) for neighbor, held in pools.held_back.items() for original in held)
