"""Samples of verdicts with their pictures, for pages that hold a few."""

from storage.records import DropReason
from tasks.report.samples import Album, samples
from tests.tasks.report.stages import PICTURES, crawled, decision

ROWS = [crawled(number) for number in range(6)]
KEPT = [decision(row, similarity=0.6 + 0.05 * row.rank) for row in ROWS[:4]]
ALBUM = Album.of(ROWS, [], PICTURES.__getitem__, 64)


def test_some_are_shown_the_likest_first() -> None:
    """At most as many as are asked for, each with its picture, and a copy with what it copies."""
    first, second = samples(KEPT, ALBUM, 2)
    assert first.similarity > second.similarity
    assert all(one.image.startswith("data:image/jpeg;base64,") for one in (first, second))
    assert len(samples(KEPT, ALBUM, 9)) == len(KEPT)
    (leak,) = samples([decision(ROWS[4], DropReason.LEAK)], ALBUM, 2)
    assert (leak.copy_of, leak.copy_score) == ("test:lemon.jpg", 0.97)
    assert samples(KEPT, ALBUM, 0) == samples([], ALBUM, 2) == []


def test_the_sample_does_not_depend_on_the_order_of_rows() -> None:
    """The same decisions in another order show the same pictures."""
    assert samples(KEPT[::-1], ALBUM, 2) == samples(KEPT, ALBUM, 2)
