"""How far the partition that runs here has come: left by what works, for whoever shows the partition."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """How far something has come, in [0, 100], and the line that says it."""

    percent: float
    said: str


class Watched:
    """A partition under way; `look` tells how far it has come, None until its work has said how to see that."""

    look: Callable[[], Moment] | None = None


_HERE: ContextVar[Watched | None] = ContextVar("watched", default=None)


@contextmanager
def watched() -> Iterator[Watched]:
    """What `watch` is told while the block runs."""
    here = Watched()
    token = _HERE.set(here)
    try:
        yield here
    finally:
        _HERE.reset(token)


def watch(look: Callable[[], Moment]) -> None:
    """Say how to see how far the work has come, from any thread; where nobody shows it, this does nothing."""
    if here := _HERE.get():
        here.look = look
