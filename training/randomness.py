"""Random streams: each a pure function of the run's seed, of its purpose and of a number, such as the step.

So nothing random has to be saved, and nothing drawn for one purpose moves another.
"""

import numpy as np


def _sequence(seed: int, purpose: str, number: int) -> np.random.SeedSequence:
    return np.random.SeedSequence([seed, number, *purpose.encode()])


def stream(seed: int, purpose: str, number: int = 0) -> np.random.Generator:
    """The generator of one purpose at one number."""
    return np.random.default_rng(_sequence(seed, purpose, number))


def seeds(seed: int, purpose: str, number: int, count: int) -> list[int]:
    """Seeds, below 2 ** 32, for what wants one and not a generator."""
    return [int(value) for value in _sequence(seed, purpose, number).generate_state(count)]
