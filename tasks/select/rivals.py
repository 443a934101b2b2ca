"""Whether a picture belongs to its own category or to another class that it is nearer to.

The costliest mistake of curation is a picture of a target class under a neighbor's name: it
teaches the classifier that the target is something else. Such a picture is like its parents and
often like its category too, so no bound on either finds it; it is nearer to its true class than
to the category that it was found for.
"""

from collections.abc import Sequence

import numpy as np

from tasks.select.labeled import Labeled

ALONE = 1.0
"""The margin of a picture whose category has no other picture to tell by."""


def _nearness(asked: Labeled, voters: Labeled, among: int) -> np.ndarray:
    """Mean cosine of each asked picture to its `among` nearest voters, [n]; -inf where it has none."""
    cosines = asked.matrix @ voters.matrix.T
    cosines[asked.groups[:, None] == voters.groups[None, :]] = -np.inf
    nearest = np.sort(cosines, axis=1)[:, -among:]
    counted = np.isfinite(nearest)
    sums = np.where(counted, nearest, 0).sum(1)
    return np.where(counted.any(1), sums / np.maximum(counted.sum(1), 1), -np.inf)


def margins(asked: Labeled, voters: Labeled, among: int) -> tuple[np.ndarray, Sequence[str]]:
    """How much nearer each picture is to its own class than to the nearest other, and that other's name.

    Nearness is the mean cosine to the `among` nearest pictures of a class, copies as one; a
    class with fewer is judged by those it has. A picture alone in its class has the margin ALONE.
    """
    own = np.full(len(asked.classes), -np.inf)
    rival, names = own.copy(), np.full(len(own), "", dtype=object)
    for name in voters.names:
        nearness = _nearness(asked, voters.of(name), among)
        mine = asked.classes == name
        own[mine] = nearness[mine]
        better = ~mine & (nearness > rival)
        rival[better], names[better] = nearness[better], name
    judged = np.isfinite(own) & np.isfinite(rival)
    return np.where(judged, np.where(judged, own, 0) - np.where(judged, rival, 0), ALONE), names.tolist()
