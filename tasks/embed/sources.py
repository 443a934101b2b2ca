"""The pictures and names of a finished stage: the targets, a crawl, or the catalog of a data set that lies outside."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from storage.errors import DamagedStore
from storage.filesystem import read_bytes, read_range
from storage.manifest import read_rows, tables_of
from storage.pictures import PictureStore, digest_of
from storage.records import Cataloged, Crawled, Stage, StageRef, TargetClass, TargetPicture

Read = Callable[[str], bytes]
"""From a digest to its bytes, in any thread; DamagedStore where they are others by now."""


LISTED = {Stage.TARGETS: (TargetPicture, "path"), Stage.CATALOG: (Cataloged, "key"), Stage.CRAWL: (Crawled, "url")}
"""The rows that list a stage's pictures, and the column of what each came from."""


def listed(pictures: StageRef) -> Iterator[tuple[str, str]]:
    """Every picture's digest, and the file or URL that it came from."""
    row, name = LISTED[pictures.stage]
    for table in tables_of(pictures, row.__name__):
        places = zip(table["digest"].to_pylist(), table[name].to_pylist(), strict=True)
        yield from ((digest, place) for digest, place in places if digest)


def names_of(pictures: StageRef) -> list[str]:
    """The names that pictures of the stage go by: its classes or categories; a catalog has none."""
    if pictures.stage is Stage.TARGETS:
        rows = sorted(read_rows(pictures, TargetClass), key=lambda row: row.label)
        return list(dict.fromkeys(row.name for row in rows))
    if pictures.stage is not Stage.CRAWL:
        return []
    each = (table["neighbor"].unique().to_pylist() for table in tables_of(pictures, Crawled.__name__))
    return sorted(set(chain.from_iterable(each)))


def _checked(read: Callable[[str], bytes], places: dict[str, str]) -> Read:
    """What `read` brings, if it still is what was listed."""

    def checked(digest: str) -> bytes:
        try:
            data = read(digest)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
            data = b""
        if digest_of(data) != digest:
            problem = f"{places[digest]} has changed since it was listed"
            raise DamagedStore(problem, "run the pipeline again: it lists what is there")
        return data

    return checked


def reader(root: str, pictures: StageRef, digests: Sequence[str]) -> Read:
    """What reads these pictures of the stage: from files, from inside tars, or from the store under `root`."""
    wanted = set(digests)
    if pictures.stage is Stage.TARGETS:
        files = {row.digest: row.path for row in read_rows(pictures, TargetPicture) if row.digest in wanted}
        return _checked(lambda digest: read_bytes(files[digest]), files)
    if pictures.stage is Stage.CATALOG:
        rows = {row.digest: row for row in read_rows(pictures, Cataloged) if row.digest in wanted}
        names = {digest: row.path for digest, row in rows.items()}
        return _checked(lambda digest: read_range(names[digest], rows[digest].offset, rows[digest].size), names)
    return PictureStore(root).reader(digests)
