"""Embedded pictures in memory: their rows, and beside them their vectors and hashes as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from storage.records import Embedded
from storage.tables import VECTOR, from_table, vectors_of
from vision.hashes import BITS, SIDE


@dataclass(frozen=True, slots=True)
class Vectors:
    """Row i of `matrix`, float32 [n, dim] of unit norm, belongs to `rows[i]`; a digest comes once."""

    rows: Sequence[Embedded]
    matrix: np.ndarray

    @property
    def places(self) -> dict[str, int]:
        """The row of each digest."""
        return {row.digest: place for place, row in enumerate(self.rows)}

    @property
    def hashes(self) -> np.ndarray:
        """Perceptual hashes, uint8 [n, 8]."""
        return np.frombuffer(b"".join(row.phash for row in self.rows), np.uint8).reshape(-1, BITS // 8)

    @property
    def flipped_hashes(self) -> np.ndarray:
        """Perceptual hashes of the mirror images, uint8 [n, 8]."""
        return np.frombuffer(b"".join(row.phash_flipped for row in self.rows), np.uint8).reshape(-1, BITS // 8)

    @property
    def thumbnails(self) -> np.ndarray:
        """Gray thumbnails, uint8 [n, SIDE, SIDE]."""
        return np.frombuffer(b"".join(row.thumbnail for row in self.rows), np.uint8).reshape(-1, SIDE, SIDE)

    @classmethod
    def read(cls, table: pa.Table) -> "Vectors":
        """Those of a table of Embedded rows; where they were written without an encoder, [n, 0]."""
        rows = from_table(table, Embedded)
        return cls(rows, vectors_of(table) if VECTOR in table.column_names else np.zeros((len(rows), 0), np.float32))

    def take(self, places: Sequence[int] | np.ndarray) -> "Vectors":
        """The rows at these places, in this order."""
        return Vectors([self.rows[place] for place in places], self.matrix[np.asarray(places, dtype=np.int64)])

    def of(self, digests: Sequence[str]) -> "Vectors":
        """The rows of these digests, in this order."""
        places = self.places
        return self.take([places[digest] for digest in digests])
