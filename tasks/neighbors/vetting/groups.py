"""Proposals of one thing, found together whatever they call it, and the one name that they then go by."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from storage.records import Proposal
from tasks.neighbors.spelling import tidy, words
from tasks.neighbors.vetting.variants import essence
from tasks.neighbors.vetting.verdicts import Judge

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Called:
    """A proposal as it was given, and under the name that all proposals of its meaning go by."""

    given: Proposal
    now: Proposal


Group = Sequence[Called]
"""Proposals of one thing, the first of each parent before its repeats."""


def _root(of: dict[Hashable, Hashable], key: Hashable) -> Hashable:
    while (above := of.setdefault(key, key)) != key:
        of[key] = of[above]  # shortens the way for the next one
        key = above
    return key


def grouped(items: Sequence[Item], keys: Sequence[Iterable[Hashable]]) -> list[list[Item]]:
    """The items that share a key, directly or through others, in the order of their first; every item has a key."""
    of: dict[Hashable, Hashable] = {}
    held = [list(some) for some in keys]
    for first, *others in held:
        for other in others:
            of[_root(of, other)] = _root(of, first)
    groups: dict[Hashable, list[Item]] = defaultdict(list)
    for item, some in zip(items, held, strict=True):
        groups[_root(of, some[0])].append(item)
    return list(groups.values())


def _keys(proposal: Proposal, judge: Judge) -> list[Hashable]:
    """What two proposals of one thing share: the words of the name, or its meaning by the dictionary."""
    sense = judge.meaning(proposal)
    return [essence(words(proposal.name)), *([sense.offset] if sense else [])]


def by_meaning(passed: Group, judge: Judge) -> list[list[Called]]:
    """The proposals in groups, each of what means one thing."""
    return grouped(passed, [_keys(each.now, judge) for each in passed])


def firsts(group: Group) -> dict[int, Called]:
    """The first proposal for each parent."""
    return {each.given.parent: each for each in reversed(group)}


def under_one_name(group: Group) -> list[Called]:
    """The same proposals, all by the tidy name that most parents have; of equals the shortest, then by alphabet."""
    counts = Counter(tidy(each.now.name) for each in firsts(group).values())
    name = min(counts, key=lambda name: (-counts[name], len(name), name))
    return [replace(each, now=replace(each.now, name=name)) for each in group]
