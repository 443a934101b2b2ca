"""How a client is run and scored."""

import os
import sys
from pathlib import Path

import pytest

from benchmarks.web.clients import Cores, Ran, run
from benchmarks.web.contest import OURS, PEER, Course, Lap
from benchmarks.web.figures import Figures, Race, summary
from benchmarks.web.kinds import Kind
from benchmarks.web.options import Scale, parse
from benchmarks.web.peer import Manner, command
from benchmarks.web.score import score
from benchmarks.web.serving import Log
from benchmarks.web.site import Seen

CORE = min(os.sched_getaffinity(0))


def _run(code: str, folder: Path, limit: float = 30) -> Ran:
    return run([sys.executable, "-c", code], CORE, {}, folder / "log", limit)


def test_a_client_runs_on_its_core_with_its_children_and_their_memory_is_seen(tmp_path: Path) -> None:
    """A child inherits the core, and what it holds counts."""
    before = os.sched_getaffinity(0)
    child = "import os, time; held = bytearray(100 << 20); print(os.sched_getaffinity(0)); time.sleep(0.5)"
    ran = _run(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])", tmp_path)
    assert (tmp_path / "log").read_text().strip() == str({CORE})
    assert ran.finished
    assert 100 < ran.peak_rss_mb < 300
    assert ran.seconds > 0.5
    assert os.sched_getaffinity(0) == before


def test_a_client_that_does_not_end_is_killed_and_one_that_fails_is_an_error(tmp_path: Path) -> None:
    """The one is a result, the other is none, and says why."""
    ran = _run("import time; time.sleep(60)", tmp_path, limit=0.5)
    assert not ran.finished
    assert ran.seconds < 10
    with pytest.raises(RuntimeError, match="no such thing"):
        _run("raise SystemExit('no such thing')", tmp_path)


def test_ratios_are_of_medians_and_the_slower_scheme_is_held_against_the_limit() -> None:
    """Ours over the peer's, whatever a single round gave."""

    def figures(rate: list[float]) -> Figures:
        return Figures(rate, rate, rate, rate)

    race = Race(
        {
            "http": {PEER: figures([90, 100, 500]), OURS: figures([200, 300, 210])},
            "https": {PEER: figures([100]), OURS: figures([180])},
        },
        [400, 300, 350],
    )
    found = summary(race)
    assert (found["ratio_http"], found["ratio_https"], found["limit"]) == (2.1, 1.8, 350)
    assert found["fraction_of_limit"] == found["fraction_of_limit_https"] == round(180 / 350, 3)


def _lap(seen: list[Seen], finished: bool, out: Path) -> Lap:
    """A client that was first seen at 100, last wrote at 110 and ended at 120."""
    (out / "tars").mkdir()
    (out / "tars" / "0.tar").touch()
    os.utime(out / "tars" / "0.tar", (110, 110))
    return Lap(Ran(30.0, 1.0, 120.0, finished, 200.0), Log(seen, 1.0), out)


@pytest.mark.parametrize(("stored", "reached", "seconds", "rate"), [(100, True, 9.9, 10.0), (50, False, 20.0, 2.5)])
def test_a_score_is_to_99_percent_or_to_the_end(
    stored: int, reached: bool, seconds: float, rate: float, tmp_path: Path
) -> None:
    """One picture is stored each tenth of a second from the time 100.1."""
    seen = [Seen(100 + number / 20, "127.0.2.1", f"/{number}.jpg", 200) for number in range(stored)]
    seen.append(Seen(110, "127.0.2.1", "/1.jpg", 429, within_retry_after=True))
    times = {number: 100.1 + number / 10 for number in range(stored)}
    course = Course(Path(), [Kind.GOOD] * 100 + [Kind.MISSING], None, Cores(0, 1), 60)
    found = score(_lap(seen, reached, tmp_path), times, course)
    assert found.reached == reached
    assert [found.seconds, found.rate] == pytest.approx([seconds, rate])
    assert (found.stored, found.requests_within_retry_after, found.ended_by_itself) == (stored, 1, reached)
    assert found.rate_to_last_written == stored / 10
    assert (found.seconds_to_99_served is not None) == reached


def test_options_scale_with_quick_and_with_what_is_said() -> None:
    """--pictures and --rounds have the last word."""
    quick, full = Scale(300), Scale(2000, 5)
    assert parse("crawl", quick, full, []).scale == full
    assert parse("crawl", quick, full, ["--quick"]).scale == quick
    assert parse("crawl", quick, full, ["--quick", "--pictures", "9", "--rounds", "2"]).scale == Scale(9, 2)


def test_the_peer_is_told_all_that_makes_the_outputs_the_same(tmp_path: Path) -> None:
    """Size, quality, hash, format, and one process on its one core."""
    line = command(Path("python"), Manner(threads=7, retries=2), tmp_path / "urls", tmp_path / "tars")
    for option in ("resize_mode=keep_ratio", "image_size=256", "encode_quality=90", "compute_hash=sha256",
                   "output_format=webdataset", "processes_count=1", "thread_count=7", "retries=2"):  # fmt: skip
        assert f"--{option}" in line
