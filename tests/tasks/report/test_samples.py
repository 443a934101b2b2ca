"""Sample pictures of what was kept and of each reason, for pages that hold a few."""

from storage.records import DropReason
from tasks.report.samples import Album, galleries
from tests.tasks.report.stages import PICTURES, crawled, decision

ROWS = [crawled(number) for number in range(6)]
DECISIONS = [
    *(decision(row, similarity=0.6 + 0.05 * row.rank) for row in ROWS[:4]),
    decision(ROWS[4], DropReason.LEAK),
    decision(ROWS[5], DropReason.UNLIKE_PARENTS, 0.1),
]
ALBUM = Album.of(ROWS, [], PICTURES.__getitem__, 64)


def test_galleries_count_all_and_show_some() -> None:
    """Every way that occurs has a gallery, kept first, with at most as many samples as are asked for."""
    told = galleries(DECISIONS, ALBUM, 2)
    assert [(one.name, one.kept, one.count, len(one.samples)) for one in told] == [
        ("kept", True, 4, 2),
        ("unlike_parents", False, 1, 1),
        ("leak", False, 1, 1),
    ]
    kept = told[0].samples
    assert kept[0].similarity > kept[1].similarity
    assert all(sample.image.startswith("data:image/jpeg;base64,") for sample in kept)
    assert (told[2].samples[0].copy_of, told[2].samples[0].copy_score) == ("test:lemon.jpg", 0.97)


def test_the_sample_does_not_depend_on_the_order_of_rows() -> None:
    """The same decisions in another order show the same pictures."""
    assert galleries(DECISIONS[::-1], ALBUM, 2) == galleries(DECISIONS, ALBUM, 2)
