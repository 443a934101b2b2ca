"""Who feeds a training from photographs, and which changes the photographs go through."""

from typing import Protocol

from training.config import Augment

SIDE = 224
"""Of the square that a network is shown, in pixels."""

BATCH = 64

DEFAULT = Augment()

HEAVY = Augment(least_area=0.08, aspect=4 / 3, rand_augment=9, rand_augment_ops=2, erasing=0.25)
"""What recipes for large networks ask for."""


class Feeder(Protocol):
    """Feeds the same photographs again and again, in batches of normalized floats on the CPU."""

    def turn(self) -> int:
        """All photographs once, in a new order and changed anew; how many they were."""

    def close(self) -> None:
        """End its processes."""
