"""How much a picture is like the rest of its own category: outliers are those in a thin neighborhood."""

import numpy as np

from tasks.select.labeled import Labeled, one_of_each
from tasks.select.similarity import unit_mean

AGREES = 1.0
"""The score of a picture whose category has no other picture to tell by."""

LARGE = 20
"""Training pictures from which a target class shows how much the pictures of one class agree."""


def agreement(asked: Labeled, voters: Labeled, among: int) -> np.ndarray:
    """Mean cosine of each asked picture of a category to the nearest of the category's voters: [n].

    This is the density around it, by its nearest neighbors. A picture does not vote for its own
    copies, and several copies are one vote. Of v voters the nearest min(among, v / 4) count, at
    least one, since varieties and views split a category, and not all of it is right.
    """
    voters = one_of_each(voters)
    nearest = min(among, max(1, len(voters.groups) // 4))
    cosines = asked.matrix @ voters.matrix.T
    cosines[asked.groups[:, None] == voters.groups[None, :]] = -np.inf
    others = np.sort(cosines, axis=1)[:, -nearest:]
    found = np.where(np.isfinite(others), others, 0).sum(1) / np.maximum(np.isfinite(others).sum(1), 1)
    alone: np.ndarray = ~np.isfinite(others).any(1) if others.size else np.ones(len(cosines), bool)
    return np.where(alone, AGREES, found)


def centrality(asked: Labeled, voters: Labeled) -> np.ndarray:
    """The cosine of each asked picture of a category to the category's prototype, copies as one: [n]."""
    voters = one_of_each(voters)
    if not len(voters.groups):
        return np.full(len(asked.groups), AGREES)
    found: np.ndarray = asked.matrix @ unit_mean(voters.matrix)
    return found


def within_targets(targets: Labeled, among: int) -> np.ndarray:
    """The agreement of target pictures with their own class: [m].

    Of classes of LARGE and more pictures, since of few pictures the nearest are far; of all that
    have two, where none is large.
    """
    sizes = {name: int((targets.classes == name).sum()) for name in targets.names}
    large = [name for name, size in sizes.items() if size >= LARGE] or [n for n, size in sizes.items() if size > 1]
    each = [agreement(held := targets.of(name), held, among) for name in large]
    return np.concatenate([np.zeros(0), *each])
