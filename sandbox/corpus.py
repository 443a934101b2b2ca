"""What a corpus owes the sandbox: a taxonomy, pools of originals to serve from, and their bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sandbox.taxonomy import Taxonomy
from storage.records import Split


@dataclass(frozen=True, slots=True)
class Original:
    """One picture as the corpus has it; `key` finds its bytes again, `name` is its true class."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Pools:
    """What the web may serve, before shares are drawn from it.

    `good` holds every good picture by neighbor class; `off_topic` those of no class that is
    asked for; `targets` the pictures the pipeline trains, validates and tests on. `held_back`
    are further good ones, for a web that grows.
    """

    good: Mapping[str, tuple[Original, ...]]
    off_topic: tuple[Original, ...]
    targets: Mapping[Split, tuple[Original, ...]]
    held_back: Mapping[str, tuple[Original, ...]] = field(default_factory=dict)


class Corpus(Protocol):
    """A world to serve; pictures are made only when they are asked for."""

    @property
    def taxonomy(self) -> Taxonomy:
        """The classes and what is like what."""

    @property
    def pools(self) -> Pools:
        """The originals that can be served."""

    def picture(self, key: str) -> bytes:
        """The encoded bytes of one original."""
