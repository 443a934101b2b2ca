"""Whether a picture shows what its category is called, by a model that reads names (CLIP)."""

from collections.abc import Mapping, Sequence

import numpy as np

_CHUNK = 4096  # pictures whose cosines to every name are held at a time


def name_ranks(matrix: np.ndarray, own: Sequence[str], names: Mapping[str, np.ndarray]) -> np.ndarray:
    """The share of all other names that fit each picture better than its own, in [0, 1]: [n].

    `matrix` [n, dim] are the pictures beside the texts, `names` the unit vectors of every class and
    category, by name. A share and no cosine, so that it means the same for any model and any number
    of names: by chance it is a half, and a few names that are near to the own one matter little.
    """
    order = sorted(names)
    texts, places = np.stack([names[name] for name in order]), {name: place for place, name in enumerate(order)}
    found = np.zeros(len(matrix))
    for start in range(0, len(matrix), _CHUNK):
        cosines = matrix[start : start + _CHUNK] @ texts.T
        rows, columns = np.arange(len(cosines)), [places[name] for name in own[start : start + _CHUNK]]
        found[start : start + _CHUNK] = (cosines > cosines[rows, columns][:, None]).sum(1)
    return found / max(1, len(order) - 1)
