"""Pictures are made for the site a chunk at a time."""

from collections.abc import Callable
from pathlib import Path

from storage.records import DropReason
from tasks.report.config import ReportConfig
from tasks.report.gather import Gathered, gather
from tasks.report.site.pictures import CHUNK, card, found, in_chunks
from tests.tasks.report.stages import PICTURES, Tables, crawled, decision, finish


def _told(root: Path, count: int, read: Callable[[str], bytes] = PICTURES.__getitem__) -> Gathered:
    rows = [crawled(number, license="cc0" if number % 2 else "by") for number in range(count)]
    judged = [decision(row, DropReason.LEAK if row.rank < 2 else None) for row in rows]
    return gather("r", finish(str(root), Tables(rows, judged)), read, ReportConfig(thumbnail=32))


def test_a_picture_is_read_when_its_chunk_is_near(tmp_path: Path) -> None:
    """However many are to come, two chunks at most have been read."""
    read: list[str] = []

    def reading(digest: str) -> bytes:
        read.append(digest)
        return PICTURES[digest]

    told = _told(tmp_path, 5 * CHUNK, reading)
    assert read == []
    chunks = in_chunks(lambda one: card(one, told.rows), told.shown)
    assert len(next(chunks)) == CHUNK
    assert CHUNK <= len(read) <= 2 * CHUNK
    assert sum(map(len, chunks)) == 4 * CHUNK
    assert len(read) == 5 * CHUNK


def test_places_are_of_the_lists_beside_them(tmp_path: Path) -> None:
    """Every picture's neighbor, source, license and way to end is found by its number."""
    told = _told(tmp_path, 5)
    held = found(told.shown, told.rows)
    columns = held["columns"]
    for place, one in enumerate(told.shown):
        row = told.rows.crawled[one.key, one.neighbor]
        assert held["neighbors"][columns["neighbor"][place]] == one.neighbor
        assert held["sources"][columns["source"][place]] == row.source
        assert held["licenses"][columns["license"][place]] == row.license
        assert held["ways"][columns["reason"][place]] == (one.reason or "kept")
    assert columns["nearness"] == [None] * 5, "no bounds, nothing near one"
