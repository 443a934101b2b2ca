"""Two training sets of one size: balanced over the coarse classes, and with a long tail over them."""

from collections.abc import Sequence

import numpy as np

from tasks.targets.long_tail import LongTail, tail_counts
from training.data import Indices


def balanced_counts(counts: Sequence[int]) -> list[int]:
    """As many pictures in all, shared out alike over as many classes; the first get what is left."""
    share, left = divmod(sum(counts), len(counts))
    return [share + (place < left) for place in range(len(counts))]


def draw(fine: Indices, coarse_of_fine: Indices, counts: Sequence[int], rng: np.random.Generator) -> Indices:
    """The numbers of the pictures drawn: counts[c] of every coarse class c, alike from its fine ones.

    `fine` [n] is the fine class of each picture of the pool. A coarse class's fine classes give a
    picture each in turn, in random order; one that has no more is passed over.
    """
    place = np.empty(len(fine), dtype=np.int64)  # of each picture within its fine class
    turn = rng.permutation(len(coarse_of_fine))
    for each in range(len(coarse_of_fine)):
        members = np.flatnonzero(fine == each)
        place[members] = rng.permutation(len(members))
    order = np.lexsort((turn[fine], place))
    coarse = coarse_of_fine[fine[order]]
    return np.concatenate([order[coarse == each][:count] for each, count in enumerate(counts)])


def drawn_pair(fine: Indices, coarse_of_fine: Indices, rule: LongTail) -> dict[str, Indices]:
    """The pictures of the balanced and of the imbalanced set, both by the rule's seed."""
    counts = tail_counts(int(coarse_of_fine.max()) + 1, rule)
    sizes = {"balanced": balanced_counts(counts), "imbalanced": counts}
    return {
        name: draw(fine, coarse_of_fine, size, np.random.default_rng([rule.seed, place]))
        for place, (name, size) in enumerate(sizes.items())
    }
