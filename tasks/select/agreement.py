"""How much a picture is like the rest of its own category: outliers are those in a thin neighborhood."""

import numpy as np

from tasks.select.labeled import Labeled, codes_of, nearness, one_of_each
from tasks.select.similarity import unit_mean

AGREES = 1.0
"""The score of a picture whose category has no other picture to tell by."""

LARGE = 20
"""Training pictures from which a target class shows how much the pictures of one class agree."""


def _coded(asked: Labeled, voters: Labeled) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    groups, voter_groups = codes_of(asked.groups, voters.groups)
    return groups, voters.matrix[:], voter_groups


def agreement(asked: Labeled, voters: Labeled, among: int) -> np.ndarray:
    """Mean cosine of each asked picture of a category to the nearest of the category's voters: [n].

    This is the density around it, by its nearest neighbors. A picture does not vote for its own
    copies, and several copies are one vote. Of v voters the nearest min(among, v / 4) count, at
    least one, since varieties and views split a category, and not all of it is right.
    """
    voters = one_of_each(voters)
    near = min(among, max(1, len(voters.groups) // 4))
    found = nearness(asked.matrix, *_coded(asked, voters), near)
    return np.where(np.isfinite(found), found, AGREES)


def centrality(asked: Labeled, voters: Labeled) -> np.ndarray:
    """The cosine of each asked picture of a category to the category's prototype, copies as one: [n]."""
    voters = one_of_each(voters)
    if not len(voters.groups):
        return np.full(len(asked.groups), AGREES)
    found: np.ndarray = asked.matrix[:] @ unit_mean(voters.matrix[:])
    return found


def within_targets(targets: Labeled, among: int) -> np.ndarray:
    """The agreement of target pictures with their own class: [m].

    Of classes of LARGE and more pictures, since of few pictures the nearest are far; of all that
    have two, where none is large.
    """
    targets = one_of_each(targets)
    held = [targets.where(places) for _, places in targets.by_class()]
    large = [one for one in held if len(one.groups) >= LARGE] or [one for one in held if len(one.groups) > 1]
    return np.concatenate([np.zeros(0), *(agreement(one, one, among) for one in large)])
