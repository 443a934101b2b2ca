"""The picture store below the stages: original bytes once, found by URL or by SHA-256.

    <root>/pictures/<segment>.tar        pictures, named by digest; never changed once written
    <root>/pictures/<segment>.parquet    one row a URL; written after its tar

No index, no segment: a tar without one is what a killed writer left, and is never read. All
files are written whole and none is renamed, so the store works the same on an object store.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from storage import filesystem, tables
from storage.errors import DamagedStore

FOLDER, TAR, INDEX = "pictures", ".tar", ".parquet"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a picture came from, and on what terms; `fetched` is an ISO time."""

    url: str
    fetched: str
    license: str
    license_url: str
    creator: str
    source: str
    landing_url: str


@dataclass(frozen=True, slots=True)
class StoredPicture(Origin):
    """One URL whose picture is held.

    `offset` and `size` are of its bytes inside the segment's tar, `width` and `height` in
    pixels as stored, `format` as the file says it ("JPEG").
    """

    digest: str
    size: int
    width: int
    height: int
    format: str
    segment: str
    offset: int


def digest_of(data: bytes) -> str:
    """The identity of a picture: the SHA-256 of its original bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


class PictureStore:
    """What was whole under a data root when the store was first asked; writers go on beside it."""

    def __init__(self, root: str) -> None:
        self.uri = filesystem.join(root, FOLDER)

    @cached_property
    def _table(self) -> pa.Table:
        names = [name for name in filesystem.list_files(self.uri) if name.endswith(INDEX)]
        indexes = [tables.read_table(filesystem.join(self.uri, name)) for name in names]
        table = tables.concat(indexes, tables.schema_of(StoredPicture))
        # Two writers may have met the same URL: every reader must choose the same one.
        return table.sort_by([("fetched", "ascending"), ("segment", "ascending"), ("offset", "ascending")])

    def _first(self, column: str) -> dict[str, int]:
        values = self._table[column].to_pylist()
        return {values[row]: row for row in range(len(values) - 1, -1, -1)}

    @cached_property
    def _by_url(self) -> dict[str, int]:
        return self._first("url")

    @cached_property
    def _by_digest(self) -> dict[str, int]:
        return self._first("digest")

    def _rows(self, numbers: list[int]) -> list[StoredPicture]:
        return tables.from_table(self._table.take(pa.array(numbers, pa.int64())), StoredPicture)

    def find_many(self, urls: Iterable[str]) -> dict[str, StoredPicture]:
        """The pictures that were fetched from these URLs, by URL, where one is held."""
        return {held.url: held for held in self._rows([self._by_url[url] for url in urls if url in self._by_url])}

    def find(self, url: str) -> StoredPicture | None:
        """The picture that was fetched from this URL, where one is held."""
        return self.find_many([url]).get(url)

    def locate(self, digest: str) -> StoredPicture | None:
        """The picture with these bytes, as one of its URLs brought it."""
        return self._rows([self._by_digest[digest]])[0] if digest in self._by_digest else None

    def _held(self, digests: Iterable[str]) -> list[StoredPicture]:
        wanted = sorted(set(digests))
        if lost := [digest for digest in wanted if digest not in self._by_digest]:
            problem = f"{self.uri} does not hold picture {lost[0]} and {len(lost) - 1} others that were asked for"
            raise DamagedStore(problem, "run the pipeline with --refresh crawl")
        return self._rows([self._by_digest[digest] for digest in wanted])

    def _read(self, stored: StoredPicture) -> bytes:
        tar = filesystem.join(self.uri, stored.segment + TAR)
        try:
            data = filesystem.read_range(tar, stored.offset, stored.size)
        except FileNotFoundError:
            data = b""
        if digest_of(data) != stored.digest:
            mend = f"remove {stored.segment}{INDEX} beside it, then run the pipeline with --refresh crawl"
            raise DamagedStore(f"{tar} does not hold picture {stored.digest} at {stored.offset}", mend)
        return data

    def read_many(self, digests: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Each of the pictures once, in the order in which they lie on disk."""
        for stored in sorted(self._held(digests), key=lambda held: (held.segment, held.offset)):
            yield stored.digest, self._read(stored)

    def read(self, digest: str) -> bytes:
        """The original bytes of one picture; DamagedStore where they are gone or changed."""
        return self._read(self._held([digest])[0])
