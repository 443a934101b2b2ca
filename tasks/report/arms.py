"""The arms that the report speaks of by name."""

from collections.abc import Sequence

ALONE = "targets_only"
"""The arm that every gain is told against."""

CONTROLS = {"same_volume", "random", "shuffled"}
"""Arms that ask what else could have helped: what they gain is not the neighbors'."""

SILENCED = "silenced"
"""The method itself."""


def with_neighbors(arms: Sequence[str]) -> str | None:
    """The arm that shows what neighbors do to features: the method's or, without it, the last that has neighbors."""
    others = [arm for arm in arms if arm != ALONE and arm not in CONTROLS]
    return SILENCED if SILENCED in others else others[-1] if others else None
