"""What Prefect sees of the comparison of two data sets: one partition, since any two pictures may be copies."""

from collections import Counter
from collections.abc import Callable, Sequence

from storage.filesystem import exists, read_range
from storage.manifest import StageFolder, read_rows
from storage.records import Cataloged, Leak, StageRef, Unreadable
from tasks.partition import Outcome, partition
from tasks.select.compare.config import CompareConfig
from tasks.select.compare.page import Side, galleries, render
from tasks.select.compare.pairs import DataSet, find_copies
from vision.inline import data_uri
from vision.vectors import Vectors

VERSION = 2

SIDE = 176
"""Pixels of the longer side of a picture on the page."""

Refs = tuple[StageRef, StageRef]
"""The catalog of a data set and its embedding."""


def _data(refs: Refs) -> DataSet:
    return DataSet(read_rows(refs[0], Cataloged), Vectors.of_stage(refs[1]))


def _shown(pictures: Sequence[Cataloged]) -> Callable[[str], str]:
    """What gives the picture of a key as a data URI, read where it lies."""
    by_key = {row.key: row for row in pictures}

    def show(key: str) -> str:
        row = by_key[key]
        # A file may go while others are compared; the page does without such a picture.
        return data_uri(read_range(row.path, row.offset, row.size), SIDE) if exists(row.path) else ""

    return show


def _side(name: str, refs: Refs, copies: set[str]) -> Side:
    unreadable = sum(len(read_rows(ref, Unreadable)) for ref in refs)
    return Side(name, refs[0].count, unreadable, len(copies))


@partition("compare")
def compare(
    folder: StageFolder, part: str, config: CompareConfig, names: tuple[str, str], a: Refs, b: Refs | None
) -> Outcome:
    """Write every pair of copies, and the page that shows them; without `b`, the duplicates in `a`."""
    same, ours = b is None, _data(a)
    theirs = _data(b) if b else ours
    leaks = find_copies(ours, theirs, config)
    copies_a, copies_b = {leak.a for leak in leaks}, {leak.b for leak in leaks}
    if same:
        copies_a = copies_b = copies_a | copies_b
    groups = galleries(leaks, config.shown, _shown(ours.pictures), _shown(theirs.pictures))
    page = render(_side(names[0], a, copies_a), _side(names[1], b or a, copies_b), same, config, groups)
    files = [
        folder.write_rows(part, leaks, Leak),
        # Volatile: how the pictures are shown is no part of what was found.
        folder.write_file("leaks.html", "page", page.encode(), volatile=True),
    ]
    return files, Counter(str(leak.kind) for leak in leaks) + Counter(of_a=len(copies_a), of_b=len(copies_b))
