"""Appends to the picture store, segment by segment, so that a kill loses seconds and never harms."""

import time
from dataclasses import dataclass, fields

from storage.pictures import Origin, PictureStore, StoredPicture, digest_of
from storage.segment import Place, Segment


@dataclass(frozen=True, slots=True)
class Roll:
    """When a segment is full, whichever comes first: pictures, bytes in memory, seconds of age."""

    pictures: int = 2000
    size: int = 32 << 20
    seconds: float = 5.0


_ORIGIN = tuple(f.name for f in fields(Origin))


def _fields(origin: Origin) -> dict[str, str]:
    return {name: getattr(origin, name) for name in _ORIGIN}


class PictureWriter:
    """Collects pictures and writes them as segments; as a context, it writes what is left at the end.

    One thread adds; `roll` may run in another. Bytes that the given store or an earlier
    segment of this writer holds are not written again: their row points there.
    """

    def __init__(self, store: PictureStore, roll: Roll = Roll()) -> None:
        self._store = store
        self._roll = roll
        self._written: dict[str, Place] = {}
        self._open = Segment()
        self._closed: list[Segment] = []

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
        """Write the open segment, the tar first and the index last, and begin another.

        One that cannot be written now is kept for the next time.
        """
        if self._open.rows:
            self._closed.append(self._open)
            self._open = Segment()
        while self._closed:
            self._closed[0].write(self._store.uri)
            self._written |= self._closed.pop(0).places

    def _place(self, digest: str, data: bytes) -> Place:
        if place := self._open.places.get(digest) or self._written.get(digest):
            return place
        if held := self._store.locate(digest):
            return held.segment, held.offset
        return self._open.append(digest, data)

    def add(
        self,
        data: bytes,
        width: int,
        height: int,
        kind: str,
        origin: Origin,
        original: str | None = None,
        form: str = "",
    ) -> StoredPicture:
        """Take one picture in, of this many pixels and file format; it is on disk after the next `roll`.

        `original` is the digest of what the host sent, where that is not what is held, and `form` what
        was made of it.
        """
        if not self._open.rows:
            self._open.started = time.monotonic()
        digest = digest_of(data)
        segment, offset = self._place(digest, data)
        stored = StoredPicture(
            **_fields(origin), digest=digest, original=original or digest, size=len(data), width=width,
            height=height, format=kind, segment=segment, offset=offset, form=form,
        )  # fmt: skip
        self._open.rows.append(stored)
        return stored
