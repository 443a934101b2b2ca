"""The web grows: good pictures that it has held back are offered, before all others of their class."""

from collections.abc import Sequence

from sandbox.offers import Offer
from sandbox.world import World


class NothingLeft(Exception):
    """The web has held back fewer pictures than it is to grow by; the message says how many."""


def _next(world: World, pictures: int, neighbors: Sequence[str]) -> list[Offer]:
    """The next offers of the classes in turn, or as many as there are; those that have grown least come first."""
    left = {name: list(world.held_back.get(name, ())) for name in neighbors}
    grown = {name: len(world.corpus.pools.held_back.get(name, ())) - len(left[name]) for name in neighbors}
    found: list[Offer] = []
    while len(found) < pictures and any(left.values()):
        name = min((name for name in neighbors if left[name]), key=lambda name: grown[name])
        found.append(left[name].pop())
        grown[name] += 1
    return found


def grow(world: World, pictures: int, neighbors: Sequence[str] = ()) -> list[Offer]:
    """Offer so many new pictures of these neighbor classes, or of all; the same for the same seed and growth before.

    Raises NothingLeft, and offers none, where fewer are left.
    """
    found = _next(world, pictures, neighbors or list(world.offers))
    if len(found) < pictures:
        raise NothingLeft(
            f"no more than {len(found)} pictures are held back of {', '.join(neighbors) or 'all classes'}"
        )
    for offer in found:
        name = offer.supply.neighbor
        world.held_back[name].pop()
        world.offers[name].insert(0, offer)  # the newest first, so that no limit on results hides it
        world.by_url[offer.url] = offer
    return found
