"""Whether a picture belongs to its own category or to another class that it is nearer to.

The costliest mistake of curation is a picture of a target class under a neighbor's name: it
teaches the classifier that the target is something else. Such a picture is like its parents and
often like its category too, so no bound on either finds it; it is nearer to its true class than
to the category that it was found for.
"""

from collections.abc import Sequence

import numpy as np

from tasks.select.labeled import Labeled, codes, nearness

ALONE = 1.0
"""The margin of a picture whose category has no other picture to tell by."""


def margins(asked: Labeled, voters: Labeled, among: int) -> tuple[np.ndarray, Sequence[str]]:
    """How much nearer each picture is to its own class than to the nearest other, and that other's name.

    Nearness is the mean cosine to the `among` nearest pictures of a class, copies as one; a
    class with fewer is judged by those it has. A picture alone in its class has the margin ALONE.
    """
    own = np.full(len(asked.classes), -np.inf)
    rival, names = own.copy(), np.full(len(own), "", dtype=object)
    groups, voter_groups = codes(asked.groups, voters.groups)
    classes, voter_classes = codes(asked.classes, voters.classes)
    order = np.argsort(voter_classes, kind="stable")
    for held in np.split(order, np.flatnonzero(np.diff(voter_classes[order])) + 1) if len(order) else ():
        near = nearness(asked.matrix, groups, voters.matrix[held], voter_groups[held], among)
        mine = classes == voter_classes[held[0]]
        own[mine] = near[mine]
        better = ~mine & (near > rival)
        rival[better], names[better] = near[better], voters.classes[held[0]]
    judged = np.isfinite(own) & np.isfinite(rival)
    return np.where(judged, np.where(judged, own, 0) - np.where(judged, rival, 0), ALONE), names.tolist()
