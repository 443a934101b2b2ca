"""What a partition was told is what is shown of it: counts, rates of the last seconds, the time left."""

import math
import threading
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from storage.records import Crawled, FetchReason
from tasks.progress import Progress, Snapshot, line
from tasks.progress.board import Board
from tasks.progress.snapshot import Rate, together
from tasks.progress.window import Window


class Clock:
    """A clock that is set by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def read(self) -> float:
        """The time that it was set to."""
        return self.now


def _row(reason: FetchReason | None = None, size: int = 0) -> Crawled:
    """A row that is a picture of `size` bytes, or none for a reason."""
    return Crawled(
        "http://a/1", "aster", "aster", 0, "openverse", "", "", "by", "", "",
        None if reason else "digest", reason, "", size, 9 if size else 0, 9 if size else 0,
    )  # fmt: skip


def _kept(number: int, size: int = 1000) -> list[Crawled]:
    return [_row(size=size)] * number


OUTCOMES = st.lists(st.lists(st.tuples(st.sampled_from([None, *FetchReason]), st.integers(1, 9)), max_size=5))


@given(OUTCOMES, st.booleans())
def test_every_row_is_counted_once(told: list[list[tuple[FetchReason | None, int]]], held: bool) -> None:
    """done = kept + rejected by reason, whatever came in whichever portions; held ones are no bytes fetched."""
    rows = [[_row(reason, 0 if reason else size) for reason, size in each] for each in told]
    every = [row for each in rows for row in each]
    progress = Progress("crawl", len(every))
    for each in rows:
        progress.tell(each, held)
    now = progress.snapshot()
    assert now.done == now.total == now.kept + now.rejected.total() == len(every)
    assert now.percent == 100
    assert all(now.rejected[reason] == sum(row.reason is reason for row in every) for reason in FetchReason)
    assert now.size == (0 if held else sum(row.size for row in every))
    assert now.held == (now.kept if held else 0)


def test_the_rate_is_that_of_the_last_ten_seconds() -> None:
    """A fast start is forgotten; a crawl that has come to a halt says so."""
    clock = Clock()
    progress = Progress("crawl", 1000, clock.read)
    for _ in range(10):
        clock.now += 1
        progress.tell(_kept(50, size=10_000))
    assert progress.snapshot().rate == Rate(50, 50, 500_000)
    for _ in range(10):
        clock.now += 1
        progress.tell([*_kept(1, size=10_000), _row(FetchReason.TIMEOUT)])
    assert progress.snapshot().rate == Rate(2, 1, 10_000)
    assert progress.snapshot().seconds_left == (1000 - 520) / 2
    clock.now += 10
    assert progress.snapshot().rate == Rate()
    assert math.isinf(progress.snapshot().seconds_left)


def test_before_ten_seconds_the_rate_is_that_since_the_start() -> None:
    """The first seconds are not divided by ten."""
    clock = Clock()
    progress = Progress("crawl", 100, clock.read)
    assert progress.snapshot().rate == Rate()
    clock.now += 2
    progress.tell(_kept(10))
    assert progress.snapshot().rate.kept == 5


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 50)), min_size=1, max_size=40))
def test_a_window_knows_what_a_list_of_everything_says(steps: list[tuple[float, int]]) -> None:
    """Forgetting old sums loses nothing of the rate."""
    window, now, events = Window(0.0), 0.0, []
    for pause, number in steps:
        now += pause
        window.add(now, number, number, number)
        events.append((now, number))
    now += 1
    lately = sum(number for time, number in events if time > now - 10)
    assert math.isclose(window.rate(now).kept * min(now, 10), lately, abs_tol=1e-6)


def test_held_pictures_are_done_but_no_speed() -> None:
    """A second run, whose pictures are mostly there, neither boasts nor promises an early end."""
    clock = Clock()
    progress = Progress("crawl", 1100, clock.read)
    progress.tell(_kept(1000), held=True)
    clock.now += 5
    progress.tell(_kept(50))
    assert progress.snapshot().rate.kept == 10
    assert progress.snapshot().seconds_left == 5
    assert "1,050 kept (1,000 held), 0 rejected  10 img/s  0.0 MB/s  ETA 0:05" in line("crawl", progress.snapshot())


def test_the_line_says_all_of_it() -> None:
    """Counts, the most frequent reasons first, rates and the time left."""
    why = FetchReason
    rejected = Counter({why.ROBOTS: 12, why.BAD_STATUS: 61, why.TIMEOUT: 40})
    now = Snapshot(1203, 2167, 1090, 0, rejected, 0, 6.0, Rate(120.5, 182, 19e6))
    assert line("crawl", now) == (
        "crawl  1,203/2,167  1,090 kept, 113 rejected (61 bad_status, 40 timeout, 12 robots)"
        "  182 img/s  19.0 MB/s  ETA 0:08"
    )
    assert "113 rejected (61 bad_status, ...)  182" in line("crawl", now, reasons=1)
    assert "113 rejected  182" in line("crawl", now, reasons=0)


def test_at_the_end_the_line_says_how_long_it_took() -> None:
    """Rates are then those of all the time, small ones with a decimal."""
    clock = Clock()
    progress = Progress("crawl", 31, clock.read)
    progress.tell(_kept(30, size=2_000_000))
    clock.now += 3720
    progress.tell([_row(FetchReason.ROBOTS)])
    end = line("crawl", progress.snapshot())
    assert end == "crawl  31/31  30 kept, 1 rejected (1 robots)  0.0 img/s  0.0 MB/s  in 1:02:00"


def test_nothing_to_do_is_done() -> None:
    """A partition without hosts divides by no zero."""
    empty = Progress("crawl", 0, Clock().read).snapshot()
    assert (empty.percent, empty.seconds_left) == (100.0, 0.0)
    assert line("crawl", empty) == "crawl  0/0  0 kept, 0 rejected  0.0 img/s  0.0 MB/s  in 0:00"


def test_partitions_add_up() -> None:
    """Counts and rates are summed, the time is the longest."""
    clock = Clock()
    one, two = Progress("one", 10, clock.read), Progress("two", 20, clock.read)
    clock.now += 2
    one.tell([*_kept(4), _row(FetchReason.ROBOTS)])
    two.tell(_kept(6))
    both = together([one.snapshot(), two.snapshot()])
    assert (both.done, both.total, both.kept, both.seconds) == (11, 30, 10, 2.0)
    assert both.rejected == {FetchReason.ROBOTS: 1}
    assert both.rate == Rate(5.5, 5, 5000)
    assert together([]).percent == 100


def test_an_ended_partition_stays_in_the_sum_until_the_stage_ends() -> None:
    """The stage's count never falls, and a second try of a partition is not counted beside its first."""
    board, one, two = Board(), Progress("one", 10), Progress("two", 20)
    with board.listed("crawl", two):
        with board.listed("crawl", one):
            one.tell(_kept(10))
        assert (board.sums()["crawl"].done, board.sums()["crawl"].total) == (10, 30)
        with board.listed("crawl", Progress("one", 10)):
            assert (board.sums()["crawl"].done, board.sums()["crawl"].total) == (0, 30)
    assert board.sums() == {}


def test_a_reader_never_sees_half_a_row() -> None:
    """Counts fit together at any moment, while another thread tells."""
    progress, over, torn = Progress("crawl", 20_000), threading.Event(), []

    def read() -> None:
        while not over.is_set():
            now = progress.snapshot()
            if now.size != 1000 * now.kept or now.kept != now.rejected.total():
                torn.append(now)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(10_000):
        progress.tell([*_kept(1), _row(FetchReason.ROBOTS)])
    over.set()
    reader.join()
    assert progress.snapshot().done == 20_000
    assert not torn
