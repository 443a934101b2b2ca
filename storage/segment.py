"""A segment of the picture store while it is still in memory."""

import io
import time
import uuid
from dataclasses import dataclass, field

from storage import filesystem, tables, ustar
from storage.errors import DiskFull
from storage.pictures import INDEX, TAR, StoredPicture

Place = tuple[str, int]
"""A segment, and the offset in bytes of a picture inside its tar."""


@dataclass(slots=True)
class Segment:
    """Pictures and rows that will be one tar and one index; rows may point into other segments' tars."""

    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    tar: io.BytesIO = field(default_factory=io.BytesIO)
    rows: list[StoredPicture] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    ended: bool = False

    def append(self, digest: str, data: bytes) -> Place:
        """Put the bytes behind the others, as one member of a plain tar; where they lie."""
        self.tar.write(ustar.header(digest, len(data)))
        self.places[digest] = (self.name, self.tar.tell())
        self.tar.write(data)
        self.tar.write(ustar.padding(len(data)))
        return self.places[digest]

    def write(self, store: str) -> None:
        """Write the tar first and the index last, below the store's address; nothing can be appended after.

        Where there is space for the one and not for the other, neither stays. Raises DiskFull. What failed can be
        written again.
        """
        tar = filesystem.join(store, self.name + TAR)
        if self.places:  # none where every picture was held already
            if not self.ended:
                self.tar.write(ustar.END)
                self.ended = True
            filesystem.write_bytes(tar, self.tar.getbuffer())
        try:
            tables.write_table(filesystem.join(store, self.name + INDEX), tables.to_table(self.rows, StoredPicture))
        except DiskFull:
            filesystem.remove(tar)
            raise
