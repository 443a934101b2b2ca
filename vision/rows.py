"""Some rows of a large array, which are not copied until they are looked at, and numbers without their repetitions."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

_BLOCK = 1 << 16  # rows at a time, of some hundred MB


def distinct(numbers: np.ndarray) -> np.ndarray:
    """The numbers in order, each once; numpy's own, which puts them into a table, is many times slower on millions."""
    ordered = np.sort(numbers)
    found: np.ndarray = ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows `at` [n] of `whole` [m, ...], in that order; an index brings copies, as it does from an array."""

    whole: np.ndarray
    at: np.ndarray

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, index: slice | np.ndarray) -> np.ndarray:
        found: np.ndarray = self.whole[self.at[index]]
        return found

    @property
    def shape(self) -> tuple[int, ...]:
        """As of the array that they would be."""
        return len(self.at), *self.whole.shape[1:]

    def take(self, index: slice | np.ndarray) -> "Rows":
        """Some of these rows, not copied either."""
        return Rows(self.whole, self.at[index])

    def blocks(self) -> Iterator[tuple[int, np.ndarray]]:
        """All rows, some at a time, each time with the number of the first."""
        for start in range(0, len(self), _BLOCK):
            yield start, self[start : start + _BLOCK]

    @classmethod
    def of(cls, array: "np.ndarray | Rows") -> "Rows":
        """All rows of an array."""
        return array if isinstance(array, Rows) else cls(array, np.arange(len(array)))
