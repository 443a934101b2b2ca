"""What is trained on and judged: pictures under fine and coarse classes at once."""

from dataclasses import dataclass

from tasks.targets.long_tail import LongTail
from training.config import TrainConfig
from training.data import Examples, Indices

FINE = 4
"""Fine classes of a coarse class, as far as it has them: every label of the rarest is to have a picture."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A pool to train from and a test split, labeled by fine class; `coarse` [F] is the coarse class of each.

    `tail` is the long tail over the coarse classes, `train` how a classifier is trained.
    """

    coarse: Indices
    pool: Examples
    test: Examples
    tail: LongTail
    train: TrainConfig
