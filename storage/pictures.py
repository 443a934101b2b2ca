"""The picture store below the stages: each picture's bytes once, found by URL or by SHA-256.

    <root>/pictures/<segment>.tar        pictures, named by digest; never changed once written
    <root>/pictures/<segment>.parquet    one row a URL; written after its tar

No index, no segment: a tar without one is what a killed writer left, and is never read. No tar,
no picture: a row that points into a lost one is as if it were not there. All files are written
whole and none is renamed, so the store works the same on an object store.
What is taken down leaves by `storage.purge_store` alone.
"""

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

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

    `digest` is of the bytes as held and `original` of those that the host sent; they differ where
    a picture was made smaller before it was stored: `form` then says how, and is empty otherwise.
    `offset` and `size` are of its bytes inside the segment's tar, `width` and `height` in pixels as
    stored, `format` as the file says it ("JPEG").
    """

    digest: str
    original: str
    size: int
    width: int
    height: int
    format: str
    segment: str
    offset: int
    form: str = ""


def digest_of(data: bytes) -> str:
    """The identity of a picture: the SHA-256 of its bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def read_index(uri: str) -> pa.Table:
    """One index, one StoredPicture a row."""
    table = tables.read_table(uri)
    # An older index does not have these: every picture was held as it came.
    since = {"original": table["digest"], "form": pa.array([""] * len(table), pa.string())}
    for name in since.keys() - set(table.column_names):
        table = table.append_column(name, since[name])
    return table.select(tables.schema_of(StoredPicture).names)


def read_stored(store: str, stored: StoredPicture) -> bytes:
    """The bytes of one picture of the store at this address; DamagedStore where they are gone or changed."""
    tar = filesystem.join(store, stored.segment + TAR)
    try:
        data = filesystem.read_range(tar, stored.offset, stored.size)
    except FileNotFoundError:
        raise DamagedStore(f"{tar} is gone", "run the pipeline with --refresh crawl") from None
    if digest_of(data) != stored.digest:
        mend = "remove this tar, then run the pipeline with --refresh crawl: all that it held is fetched again"
        raise DamagedStore(f"{tar} does not hold picture {stored.digest} at {stored.offset}", mend)
    return data


def _first(keys: Iterable[str]) -> dict[str, int]:
    """Where each key stands first."""
    places: dict[str, int] = {}
    for place, key in enumerate(keys):
        places.setdefault(key, place)
    return places


def _ordered(indexes: list[pa.Table]) -> pa.Table:
    """Their rows; two writers may have met the same URL, and every reader must choose the same one."""
    table = tables.concat(indexes, tables.schema_of(StoredPicture))
    return table.sort_by([("fetched", "ascending"), ("segment", "ascending"), ("offset", "ascending")])


class PictureStore:
    """What was whole under a data root when the store was asked; writers go on beside it."""

    def __init__(self, root: str) -> None:
        self.uri = filesystem.join(root, FOLDER)

    def _indexes(self) -> Iterator[pa.Table]:
        """The indexes that lie there now, each read when it is asked for; rows whose tar is lost are passed over."""
        names = filesystem.list_files(self.uri)
        tars = pa.array([name.removesuffix(TAR) for name in names if name.endswith(TAR)], pa.string())
        for name in names:
            if name.endswith(INDEX):
                index = read_index(filesystem.join(self.uri, name))
                yield index.filter(pc.is_in(index["segment"], value_set=tars))

    def _rows_of(self, column: str, values: Iterable[str]) -> list[StoredPicture]:
        """The rows with one of these values; the indexes are read one after the other, so that none is held."""
        wanted = pa.array(sorted(set(values)), pa.string())
        held = [index.filter(pc.is_in(index[column], value_set=wanted)) for index in self._indexes()]
        return tables.from_table(_ordered(held), StoredPicture)

    @cached_property
    def _table(self) -> pa.Table:
        return _ordered(list(self._indexes()))

    @cached_property
    def _by_digest(self) -> dict[str, int]:
        return _first(self._table["digest"].to_pylist())

    def find_many(self, urls: Iterable[str], form: str = "") -> dict[str, StoredPicture]:
        """The pictures that were fetched from these URLs, by URL, where one is held in this form or as it came."""
        asked, held = list(urls), dict[tuple[str, str], StoredPicture]()
        for row in self._rows_of("url", asked):
            held.setdefault((row.url, row.form), row)
        found = ((url, held.get((url, form)) or held.get((url, ""))) for url in asked)
        return {url: row for url, row in found if row}

    def find(self, url: str) -> StoredPicture | None:
        """The picture that was fetched from this URL, where one is held."""
        return self.find_many([url]).get(url)

    def _row(self, digest: str) -> StoredPicture:
        return tables.from_table(self._table.slice(self._by_digest[digest], 1), StoredPicture)[0]

    def locate(self, digest: str) -> StoredPicture | None:
        """The picture with these bytes, as one of its URLs brought it."""
        return self._row(digest) if digest in self._by_digest else None

    def _require(self, wanted: Iterable[str], held: Container[str]) -> None:
        if lost := sorted({digest for digest in wanted if digest not in held}):
            problem = f"{self.uri} does not hold picture {lost[0]} and {len(lost) - 1} others that were asked for"
            raise DamagedStore(problem, "run the pipeline with --refresh crawl")

    def reader(self, digests: Iterable[str]) -> Callable[[str], bytes]:
        """What `read` does, for any of these pictures, which are looked up together and need no others in memory."""
        wanted, held = list(digests), dict[str, StoredPicture]()
        for row in self._rows_of("digest", wanted):
            held.setdefault(row.digest, row)
        self._require(wanted, held)
        return lambda digest: read_stored(self.uri, held[digest])

    def read(self, digest: str) -> bytes:
        """The held bytes of one picture; DamagedStore where they are gone or changed."""
        self._require([digest], self._by_digest)
        return read_stored(self.uri, self._row(digest))
