"""Embedded pictures in memory as columns: what they are called, their vectors, hashes and thumbnails."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from storage.manifest import rows_in, tables_of
from storage.records import Embedded, StageRef
from storage.tables import bytes_of, dim_of, to_table, vectors_of
from vision.hashes import BITS, SIDE
from vision.rows import Rows


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """What is known of m pictures: float32 [m, dim] of unit norm, uint8 [m, 8] twice, uint8 [m, SIDE, SIDE]."""

    matrix: np.ndarray
    hashes: np.ndarray
    flipped: np.ndarray
    thumbnails: np.ndarray

    @classmethod
    def empty(cls, count: int, dim: int) -> "_Columns":
        hashes, flipped = np.empty((2, count, BITS // 8), np.uint8)
        return cls(np.empty((count, dim), np.float32), hashes, flipped, np.empty((count, SIDE, SIDE), np.uint8))

    def fill(self, table: pa.Table, start: int) -> None:
        """Take the rows of a table in, from row `start` on."""
        some = slice(start, start + len(table))
        if dim_of(table):
            self.matrix[some] = vectors_of(table)
        for column, name in ((self.hashes, "phash"), (self.flipped, "phash_flipped"), (self.thumbnails, "thumbnail")):
            column[some] = bytes_of(table, name).reshape(-1, *column.shape[1:])


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """The pictures of `digests` [n], each of which comes once: row `at[i]` of the columns is picture i's.

    Some of the pictures are so many numbers and no copy: the vectors and thumbnails of a million take 4 GB.
    """

    digests: Sequence[str]
    columns: _Columns
    at: np.ndarray

    def __len__(self) -> int:
        return len(self.digests)

    @property
    def places(self) -> dict[str, int]:
        """The row of each digest."""
        return {digest: place for place, digest in enumerate(self.digests)}

    @property
    def finite(self) -> np.ndarray:
        """Whether all numbers of each vector are finite, [n]."""
        return np.concatenate([np.zeros(0, bool), *(np.isfinite(rows).all(1) for _, rows in self.rows.blocks())])

    @property
    def rows(self) -> Rows:
        """The vectors, float32 [n, dim] of unit norm."""
        return Rows(self.columns.matrix, self.at)

    @property
    def matrix(self) -> np.ndarray:
        """The vectors as one array of their own."""
        return self.rows[:]

    @property
    def hashes(self) -> np.ndarray:
        """Perceptual hashes, uint8 [n, 8]."""
        found: np.ndarray = self.columns.hashes[self.at]
        return found

    @property
    def flipped_hashes(self) -> np.ndarray:
        """Perceptual hashes of the mirror images, uint8 [n, 8]."""
        found: np.ndarray = self.columns.flipped[self.at]
        return found

    @property
    def thumbnails(self) -> Rows:
        """Gray thumbnails, uint8 [n, SIDE, SIDE]."""
        return Rows(self.columns.thumbnails, self.at)

    @classmethod
    def of_stage(cls, embedded: StageRef) -> "Vectors":
        """Those that a finished embed stage wrote; where it had no encoder, vectors of no dimension."""
        digests: list[str] = []
        count, columns = rows_in(embedded, Embedded.__name__), _Columns.empty(0, 0)
        for table in tables_of(embedded, Embedded.__name__):  # one after the other: never all beside the columns
            if not digests:
                columns = _Columns.empty(count, dim_of(table))
            columns.fill(table, len(digests))
            digests += table["digest"].to_pylist()
        return cls(digests, columns, np.arange(count))

    @classmethod
    def of_rows(cls, rows: Sequence[Embedded], matrix: np.ndarray) -> "Vectors":
        """Those of rows, and row i of the matrix, float32 [n, dim] of unit norm, beside row i."""
        columns = _Columns.empty(len(rows), matrix.shape[1])
        columns.fill(to_table(rows, Embedded), 0)
        columns.matrix[:] = matrix
        return cls([row.digest for row in rows], columns, np.arange(len(rows)))

    def take(self, places: Sequence[int] | np.ndarray) -> "Vectors":
        """The pictures at these places, in this order."""
        chosen = np.asarray(places, dtype=np.int64)
        return Vectors([self.digests[place] for place in chosen.tolist()], self.columns, self.at[chosen])

    def of(self, digests: Sequence[str]) -> "Vectors":
        """The pictures of these digests, in this order."""
        places = self.places
        return self.take([places[digest] for digest in digests])
