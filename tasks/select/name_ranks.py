"""Whether a picture shows what its category is called, by a model that reads names (CLIP)."""

from collections.abc import Mapping, Sequence

import numpy as np

from vision.rows import Rows

SAMPLE = 4096
"""Other names that a picture is compared with: of more an even sample, whose share is theirs to one in a hundred."""

_CHUNK = 4096  # pictures whose cosines to every name are held at a time


def name_ranks(matrix: np.ndarray | Rows, own: Sequence[str], names: Mapping[str, np.ndarray]) -> np.ndarray:
    """The share of all other names that fit each picture better than its own, in [0, 1]: [n].

    `matrix` [n, dim] are the pictures beside the texts, `names` the unit vectors of every class and
    category, by name. A share and no cosine, so that it means the same for any model and any number
    of names: by chance it is a half, and a few names that are near to the own one matter little.
    """
    order = sorted(names)[:: -(-len(names) // SAMPLE)]
    texts, places = np.stack([names[name] for name in order]), {name: place for place, name in enumerate(order)}
    found = np.zeros(len(matrix))
    for start in range(0, len(matrix), _CHUNK):
        held, mine = matrix[start : start + _CHUNK], own[start : start + _CHUNK]
        cosines, columns = held @ texts.T, np.array([places.get(name, -1) for name in mine])
        sampled, fits = columns >= 0, (held * np.stack([names[name] for name in mine])).sum(1)
        fits[sampled] = cosines[sampled, columns[sampled]]  # rounded alike, so that a name never beats itself or a twin
        better = cosines > fits[:, None]
        found[start : start + _CHUNK] = better.sum(1) / np.maximum(len(order) - sampled, 1)
    return found
