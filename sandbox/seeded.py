"""The one source of chance in the sandbox."""

import random


def seeded(*parts: object) -> random.Random:
    """A generator that is the same in every process for the same parts' text."""
    return random.Random(" ".join(map(str, parts)))  # noqa: S311  # a reproducible world, not a secret
