"""What a leak check says: how many pictures, which pairs, and where all of them are."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from storage.filesystem import join
from storage.manifest import Manifest, read_manifest, read_rows
from storage.records import Leak, StageRef

LISTED = 20
"""Pairs that the terminal lists; the page shows more, the table all."""


def _printable(name: str) -> Text:
    """A stranger's file name, which may hold what moves the cursor."""
    return Text("".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name))


def _sides(paths: Sequence[str], refs: Sequence[StageRef], leaks: Manifest) -> Table:
    table = Table("", Column("data set", overflow="fold"), "pictures", "could not be read", "copies")
    for side, path, catalog, vectors in zip("ab", paths, refs[:-1:2], refs[1::2], strict=False):
        tally = {**read_manifest(catalog.uri).tally, **read_manifest(vectors.uri).tally}
        broken = tally.get("unreadable", 0) + tally.get("too_large", 0)
        copies = leaks.tally.get(f"of_{side}", 0)
        table.add_row(side, _printable(path), f"{catalog.count:,}", f"{broken:,}", f"{copies:,}")
    return table


def _pairs(rows: Sequence[Leak]) -> Table:
    keys = (Column(side, overflow="fold") for side in "ab")
    table = Table("score", "how", *keys, title=f"the first {min(LISTED, len(rows))} of {len(rows):,} pairs")
    for row in rows[:LISTED]:
        table.add_row(f"{row.score:.3f}", row.kind.replace("_", " "), _printable(row.a), _printable(row.b))
    return table


def _lines(paths: Sequence[str], refs: Sequence[StageRef], page: str) -> Iterator[str | Table]:
    told = read_manifest(refs[-1].uri)
    rows = read_rows(refs[-1], Leak)
    yield _sides(paths, refs, told)
    if rows:
        yield _pairs(rows)
    yield from (f"all pairs: {join(refs[-1].uri, file.name)}" for part in told.parts for file in part.files[:1])
    yield f"page: {page}"
    if all(ref.reused for ref in refs):
        yield "no stage was executed: everything was whole already"
    of_b, same = told.tally.get("of_b", 0), len(refs[:-1:2]) == 1
    found = f"{of_b:,} pictures are copies of one another" if same else f"{of_b:,} pictures of b have a copy in a"
    yield found if rows else "no copies"


def show(paths: Sequence[str], refs: Sequence[StageRef], page: str, console: Console) -> None:
    """Print what the check of two data sets found; `refs` are its stages, and `page` is where the page lies."""
    for line in _lines(paths, refs, page):
        console.print(line, soft_wrap=isinstance(line, str), markup=False, highlight=False)
