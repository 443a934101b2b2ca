"""A class's taxonomy path as its steps, and what names proposed for it may say again at their end."""

import re

from storage.records import TargetClass
from tasks.neighbors.spelling import plain

_BETWEEN = re.compile(r"[>/]")


def taxonomy_steps(target: TargetClass) -> list[str]:
    """The steps of the path, the widest first."""
    return [step.strip() for step in _BETWEEN.split(target.taxonomy) if step.strip()]


def endings(target: TargetClass) -> list[str]:
    """What a name that was proposed for the target may end in and only say again, the longest first."""
    given = (target.name, *target.aliases, *taxonomy_steps(target))
    return sorted({text for name in given if (text := plain(name))}, key=lambda text: (-len(text), text))
