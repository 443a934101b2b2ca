"""Which pictures a site shows where it may not show all: a fair sample of every category and reason."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from storage.records import Decision, DropReason

KEPT = "kept"

ORDER: tuple[str, ...] = (KEPT, *DropReason)
"""The ways to end, in the order in which the site stores pictures."""


def way(decision: Decision) -> str:
    """How a picture ended: kept, or the reason why it was dropped."""
    return decision.reason or KEPT


def shares(sizes: Sequence[int], most: int) -> list[int]:
    """How many of each heap may be taken, of `most` in all: as evenly as the heaps allow, the first one more."""
    taken, left = [0] * len(sizes), most
    for rank, place in enumerate(sorted(range(len(sizes)), key=lambda place: sizes[place])):
        taken[place] = min(sizes[place], left // (len(sizes) - rank))
        left -= taken[place]
    for place, size in enumerate(sizes):
        if left > 0 and taken[place] < size:
            taken[place], left = taken[place] + 1, left - 1
    return taken


def chosen(decisions: Iterable[Decision], most: int) -> list[Decision]:
    """At most `most` of the verdicts: of each category and reason the first by key, a digest and so a fair sample.

    They stand by reason, then category, then key, so that what is looked at together lies together.
    """
    heaps: dict[tuple[int, str], list[Decision]] = defaultdict(list)
    for decision in decisions:
        heaps[ORDER.index(way(decision)), decision.neighbor].append(decision)
    ordered = [sorted(heaps[key], key=lambda one: one.key) for key in sorted(heaps)]
    counts = shares([len(heap) for heap in ordered], most)
    return [one for heap, count in zip(ordered, counts, strict=True) for one in heap[:count]]
