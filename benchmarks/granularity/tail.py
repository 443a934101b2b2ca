"""Two training sets of one size that share what they can: balanced over the coarse classes, and with a long tail."""

from collections.abc import Sequence

import numpy as np

from training.data import Indices


def balanced_counts(counts: Sequence[int]) -> list[int]:
    """As many pictures in all, shared out alike over as many classes; the first get what is left."""
    share, left = divmod(sum(counts), len(counts))
    return [share + (place < left) for place in range(len(counts))]


def draw(fine: Indices, coarse_of_fine: Indices, counts: Sequence[int], seed: int) -> Indices:
    """The numbers of the pictures drawn: counts[c] of every fine class of every coarse class c.

    `fine` [n] is the fine class of each picture of the pool. Of one seed, what a smaller count draws
    is part of what a larger one does. ValueError where a fine class has too few.
    """
    rng, drawn = np.random.default_rng(seed), list[Indices]()
    for each, coarse in enumerate(coarse_of_fine):
        members = rng.permutation(np.flatnonzero(fine == each))
        if len(members) < counts[coarse]:
            raise ValueError(f"fine class {each} has {len(members)} pictures, and {counts[coarse]} are to be drawn")
        drawn.append(members[: counts[coarse]])
    return np.concatenate(drawn)


def drawn_pair(fine: Indices, coarse_of_fine: Indices, counts: Sequence[int], seed: int) -> dict[str, Indices]:
    """The pictures of the balanced and of the imbalanced set, by one stream: of each class one holds the other's."""
    sizes = {"balanced": balanced_counts(counts), "imbalanced": counts}
    return {name: draw(fine, coarse_of_fine, size, seed) for name, size in sizes.items()}
