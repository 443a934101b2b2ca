"""Taking pictures out of the store: the segments that hold them are written again without them.

New tar, new index, old index, old tar, in this order: at every moment each other picture can be
read, and a purge that was cut short is finished by the next one. A run that goes on beside a purge
may still point into a tar that is going.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from storage import filesystem, tables
from storage.filesystem import PARTIAL
from storage.fingerprint import fingerprint
from storage.pictures import FOLDER, INDEX, TAR, StoredPicture, read_index, read_stored
from storage.segment import Place, Segment
from storage.takedown import Sighting, TakenDown


def sighting(row: StoredPicture) -> Sighting:
    """What a row of the store is known by."""
    return Sighting(row.url, row.creator, frozenset((row.digest, row.original)))


@dataclass(frozen=True, slots=True)
class StorePurge:
    """What has to be done to the store: `indexes` are its rows by the segment whose index holds them.

    `gone` are the rows that leave, those of a lost tar among them, `tainted` the segments whose tar
    holds bytes that leave, or has no index of its own to say what else it holds. `stray` are the files
    that no reader knows, and that may hold any bytes: tars without an index that no row points into,
    and halves of files.
    """

    uri: str
    indexes: Mapping[str, list[StoredPicture]]
    tars: frozenset[str]
    gone: frozenset[StoredPicture]
    tainted: tuple[str, ...]
    stray: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.gone or self.tainted or self.stray)

    def _by_tar(self) -> dict[str, list[StoredPicture]]:
        """The rows that stay, by the segment whose tar they point into."""
        found: defaultdict[str, list[StoredPicture]] = defaultdict(list)
        for row in (row for rows in self.indexes.values() for row in rows if row not in self.gone):
            found[row.segment].append(row)
        return found

    def _moved(self, rows: Iterable[StoredPicture], places: Mapping[str, Place]) -> list[StoredPicture]:
        """Those of the rows that stay, with the places where their pictures lie from now on."""
        found = []
        for row in rows:
            if row.segment in self.tainted and row not in self.gone:
                name, offset = places[row.digest]
                found.append(replace(row, segment=name, offset=offset))
            elif row not in self.gone:
                found.append(row)
        return found

    def _rewrite_tainted(self) -> dict[str, Place]:
        """Write every tainted segment without what is gone; where each picture lies from now on."""
        by_tar = self._by_tar()
        safe = (rows for name, rows in by_tar.items() if name in self.tars and name not in self.tainted)
        places = {row.digest: (row.segment, row.offset) for rows in safe for row in rows}
        known = {row for name, rows in self.indexes.items() if name not in self.tainted for row in rows}
        inside = {row for name in self.tainted for row in self.indexes.get(name, [])}
        for segment in self.tainted:
            held = by_tar.get(segment, [])
            fresh = _copied(self.uri, segment, [row for row in held if row.digest not in places])
            places |= fresh.places
            # A row goes with its picture, not with its index: at another segment's turn it may not be known where to.
            rows = [row for row in held if row in inside]
            rows += [row for row in self.indexes.get(segment, []) if row.segment not in self.tainted]
            fresh.rows = [row for row in self._moved(rows, places) if row not in known]
            known.update(fresh.rows)
            if fresh.rows or fresh.places:
                fresh.write(self.uri)
        return places

    def _mend_others(self, places: Mapping[str, Place]) -> None:
        """Take out of the indexes that stay the rows that leave, and point none into a tainted tar."""
        for segment in sorted(self.indexes.keys() - set(self.tainted)):
            if (rows := self._moved(self.indexes[segment], places)) != self.indexes[segment]:
                index = filesystem.join(self.uri, segment + INDEX)
                tables.write_table(index, tables.to_table(rows, StoredPicture))

    def carry_out(self) -> None:
        """Do it, in the order that a kill cannot harm."""
        # Before anything is written: a tar that an earlier purge was killed behind is written again by its name.
        self._remove(self.stray)
        self._mend_others(self._rewrite_tainted())
        self._remove(segment + INDEX for segment in self.tainted)
        self._remove(segment + TAR for segment in self.tainted)

    def _remove(self, names: Iterable[str]) -> None:
        for name in names:
            filesystem.remove(filesystem.join(self.uri, name))


def _copied(store: str, segment: str, rows: Iterable[StoredPicture]) -> Segment:
    """A new segment of these pictures of a tainted tar, each once."""
    kept = {row.digest: row for row in rows}
    # The same name for the same cut: a purge that was killed has left nothing that the next does not overwrite.
    fresh = Segment(fingerprint(segment, sorted(kept)))
    for row in sorted(kept.values(), key=lambda row: row.offset):
        fresh.append(row.digest, read_stored(store, row))
    return fresh


def left_alone(root: str) -> StorePurge:
    """Nothing is done to the store."""
    return StorePurge(filesystem.join(root, FOLDER), {}, frozenset(), frozenset(), (), ())


def read_indexes(root: str) -> dict[str, list[StoredPicture]]:
    """The rows of the store, by the segment whose index holds them."""
    uri = filesystem.join(root, FOLDER)
    names = [name for name in filesystem.list_files(uri) if name.endswith(INDEX)]
    tables_by_name = {name.removesuffix(INDEX): read_index(filesystem.join(uri, name)) for name in names}
    return {name: tables.from_table(table, StoredPicture) for name, table in tables_by_name.items()}


def plan_store(root: str, indexes: Mapping[str, list[StoredPicture]], taken: TakenDown) -> StorePurge:
    """What takes these pictures, and all that may hold them unsaid, out of the store with these indexes.

    What an earlier purge left undone is in it.
    """
    uri = filesystem.join(root, FOLDER)
    files = filesystem.list_files(uri)
    rows = [row for held in indexes.values() for row in held]
    gone = frozenset(row for row in rows if taken.covers(sighting(row)))
    tars = frozenset(name.removesuffix(TAR) for name in files if name.endswith(TAR))
    unnamed, named = tars - indexes.keys(), {row.segment for row in rows}
    tainted = {row.segment for row in gone if row.segment in tars} | (unnamed & named)
    lost = frozenset(row for row in rows if row.segment not in tars)
    stray = [name + TAR for name in unnamed - named] + [name for name in files if name.endswith(PARTIAL)]
    return StorePurge(uri, indexes, tars, gone | lost, tuple(sorted(tainted)), tuple(sorted(stray)))
