"""What is like what in a corpus: groups of target classes and of the neighbors that resemble them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """Classes that look alike; names are spoken ones ("granny smith")."""

    name: str
    targets: tuple[str, ...]
    neighbors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All classes of a corpus; `nouns` gives the kind of thing a class is ("golden delicious": "apple")."""

    groups: tuple[Group, ...]
    off_topic: tuple[str, ...]
    nouns: Mapping[str, str]

    @property
    def targets(self) -> tuple[str, ...]:
        """Every target class; its place is its label."""
        return tuple(name for group in self.groups for name in group.targets)

    @property
    def neighbors(self) -> tuple[str, ...]:
        """Every neighbor class."""
        return tuple(name for group in self.groups for name in group.neighbors)

    @property
    def names(self) -> tuple[str, ...]:
        """Every class that exists, searched for or not."""
        return self.targets + self.neighbors + self.off_topic

    def group_of(self, target: str) -> Group | None:
        """The group of a target class, None for any other name."""
        return next((group for group in self.groups if target in group.targets), None)
