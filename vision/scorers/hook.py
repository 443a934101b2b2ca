"""What every scorer is."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vision.texts import TextEncoder

Vectors = NDArray[np.float32]
Score = Callable[[Vectors], NDArray[np.float64]]
"""From unit vectors of pictures [n, d] to one number for each."""


class Hook(Protocol):
    """What a scorer is: a section of the recipe that is loaded once a process."""

    @property
    def name(self) -> str:
        """What its rows in `Scored` are called."""

    def digest(self) -> str:
        """What its scores depend on beside its fields and the model's vectors, such as weights; empty for nothing."""

    def load(self, texts: TextEncoder) -> Score:
        """The scorer, ready; `texts` is the text tower of the model that the vectors are of."""
