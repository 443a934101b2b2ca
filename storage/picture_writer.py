"""Appends to the picture store, segment by segment, so that a kill loses seconds and never harms."""

import io
import tarfile
import time
import uuid
from dataclasses import asdict, dataclass, field

from storage import filesystem, tables
from storage.pictures import INDEX, TAR, Origin, PictureStore, StoredPicture, digest_of


@dataclass(frozen=True, slots=True)
class Roll:
    """When a segment is full, whichever comes first: pictures, bytes in memory, seconds of age."""

    pictures: int = 2000
    size: int = 64 << 20
    seconds: float = 5.0


@dataclass(slots=True)
class _Segment:
    """A segment that is still in memory."""

    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    tar: io.BytesIO = field(default_factory=io.BytesIO)
    rows: list[StoredPicture] = field(default_factory=list)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def append(self, digest: str, data: bytes) -> tuple[str, int]:
        """Put the bytes behind the others, as one member of a plain tar; where they lie."""
        member = tarfile.TarInfo(digest)
        member.size = len(data)
        self.tar.write(member.tobuf(tarfile.USTAR_FORMAT))
        self.places[digest] = (self.name, self.tar.tell())
        self.tar.write(data)
        self.tar.write(bytes(-len(data) % tarfile.BLOCKSIZE))
        return self.places[digest]


class PictureWriter:
    """Collects pictures and writes them as segments; as a context, it writes what is left at the end.

    One thread adds; `roll` may run in another. Bytes that the given store or an earlier
    segment of this writer holds are not written again: their row points there.
    """

    def __init__(self, store: PictureStore, roll: Roll = Roll()) -> None:
        self._store = store
        self._roll = roll
        self._written: dict[str, tuple[str, int]] = {}
        self._open = _Segment()

    def __enter__(self) -> "PictureWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.roll()

    def due(self) -> bool:
        """Whether the open segment should be written now."""
        rows, age = self._open.rows, time.monotonic() - self._open.started
        full = len(rows) >= self._roll.pictures or self._open.tar.tell() >= self._roll.size
        return bool(rows) and (full or age >= self._roll.seconds)

    def roll(self) -> None:
        """Write the open segment, the tar first and the index last, and begin another."""
        segment, self._open = self._open, _Segment()
        if not segment.rows:
            return
        base = filesystem.join(self._store.uri, segment.name)
        if segment.places:  # none where every picture was held already
            segment.tar.write(bytes(2 * tarfile.BLOCKSIZE))
            filesystem.write_bytes(base + TAR, segment.tar.getvalue())
        tables.write_table(base + INDEX, tables.to_table(segment.rows, StoredPicture))
        self._written |= segment.places

    def _place(self, digest: str, data: bytes) -> tuple[str, int]:
        if place := self._open.places.get(digest) or self._written.get(digest):
            return place
        if held := self._store.locate(digest):
            return held.segment, held.offset
        return self._open.append(digest, data)

    def add(self, data: bytes, width: int, height: int, kind: str, origin: Origin) -> StoredPicture:
        """Take one picture in, of this many pixels and file format; it is on disk after the next `roll`."""
        if not self._open.rows:
            self._open.started = time.monotonic()
        digest = digest_of(data)
        segment, offset = self._place(digest, data)
        stored = StoredPicture(
            **asdict(origin), digest=digest, size=len(data), width=width, height=height, format=kind,
            segment=segment, offset=offset,
        )  # fmt: skip
        self._open.rows.append(stored)
        return stored
