"""What the embed stage says of one set of pictures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from vision.rows import Rows
from vision.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Seen:
    """A set of pictures: vectors and hashes, and what a model that reads names and the scorers make of them.

    `beside_texts` [n, d] are the same pictures as rows of `vectors` in the space of `names`, unit
    vectors [d] by class or category; None where no model reads names. `scores` are by digest, then
    by scorer; `unreadable` says by digest why a picture has no row.
    """

    vectors: Vectors
    beside_texts: np.ndarray | Rows | None = None
    names: Mapping[str, np.ndarray] = field(default_factory=dict)
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    unreadable: Mapping[str, str] = field(default_factory=dict)
