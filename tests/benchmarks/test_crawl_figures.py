"""How a client is run and scored."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.web.clients import Cores, Ran, run
from benchmarks.web.contest import ORIGINALS, OURS, PEER, Course, Lap
from benchmarks.web.fairness import check_whole, unequal
from benchmarks.web.fidelity import Fidelity
from benchmarks.web.figures import Figures, Race, summary
from benchmarks.web.kinds import Kind
from benchmarks.web.options import Scale, parse
from benchmarks.web.outputs import Sameness
from benchmarks.web.peer import Manner, command
from benchmarks.web.score import Score, against, faults, score
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


def test_a_client_that_somebody_else_killed_is_an_error_that_says_so(tmp_path: Path) -> None:
    """As the kernel does where memory runs out: no result, though we kill clients with the same signal."""
    with pytest.raises(RuntimeError, match=r"(?s)died of SIGKILL, which nobody here sent.*last words"):
        _run("import os; print('last words', flush=True); os.kill(os.getpid(), 9)", tmp_path)


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


def test_what_keeps_originals_is_told_beside_the_race() -> None:
    """Against the same peer, from as many rounds as it ran."""

    def figures(rate: list[float]) -> Figures:
        return Figures(rate, rate, rate, rate)

    raced = {PEER: figures([100, 90, 110]), OURS: figures([180])}
    race = Race({"http": raced, "https": {**raced, ORIGINALS: figures([110, 130])}}, [300])
    found = summary(race)
    assert found["ratio_https_originals_kept"] == 1.2
    assert "ratio_http_originals_kept" not in found


def test_a_client_that_lost_pictures_ends_the_race(tmp_path: Path) -> None:
    """Its rate would be a better one; what it said stands in the error."""
    (tmp_path / "client.log").write_text("no space left")
    done = Lap(Ran(1.0, 1.0, 1.0, True, 1.0), Log([], 1.0), tmp_path)
    check_whole(OURS, done, 0)
    with pytest.raises(SystemExit, match="ours packed 0 of 3 pictures; it said: no space left"):
        check_whole(OURS, done, 3)


SAME = Sameness(20, 19, 19, 19, 1, {PEER: 20, OURS: 20}, {PEER: 1, OURS: 0})
NEAR = {PEER: Fidelity(38.0, 38.0), OURS: Fidelity(35.0, 35.0)}


@pytest.mark.parametrize(
    ("same", "near", "said"),
    [
        (SAME, NEAR, []),
        (replace(SAME, same_size=18), NEAR, ["18 of 19 pictures have the same size"]),
        (replace(SAME, same_tables=0), NEAR, ["0 of 19 have the same JPEG quality"]),
        (
            replace(SAME, hashes={PEER: 20, OURS: 19}),
            NEAR,
            ["19 of our 20 hashes are right"],
        ),
        (
            replace(SAME, wrongly_turned={PEER: 0, OURS: 1}),
            NEAR,
            ["1 of ours are wrongly turned"],
        ),
        (
            SAME,
            {PEER: Fidelity(38.0, 38.0), OURS: Fidelity(34.9, 34.9)},
            ["PSNR against area is 34.9 dB for ours, 38.0 dB for the peer's"],
        ),
    ],
)
def test_clients_that_did_not_do_the_same_work_are_not_raced(
    same: Sameness, near: dict[str, Fidelity], said: list[str]
) -> None:
    """Size and quality must agree, ours must be right, and the peer's mistakes are its own."""
    assert unequal(same, near) == said


THERE = Score(100, 100, True, 10.0, 10.0, 12.0, 9.0, 11.0, True, 150, 0, 300.0)


def test_a_peer_that_never_gets_there_gives_no_ratio() -> None:
    """Its rate would be that of our patience; what it wrote until it stopped is its own."""
    never = replace(THERE, reached=False, stored=90, rate=1.0, rate_to_last_written=8.0, ended_by_itself=False)
    assert against(THERE, replace(THERE, rate=5.0)) == {
        "ratio": 2.0, "ratio_while_writing": round(10 / 12, 3), "peer_reached": True,
    }  # fmt: skip
    assert against(THERE, never) == {"ratio": None, "ratio_while_writing": 1.25, "peer_reached": False}


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        (THERE, []),
        (replace(THERE, requests_within_retry_after=2), ["2 requests within a Retry-After"]),
        (replace(THERE, ended_by_itself=False), ["it did not end by itself"]),
        (replace(THERE, reached=False, stored=90), ["it stored 90 of 100 obtainable pictures"]),
    ],
)
def test_ours_must_get_there_end_and_keep_every_pause(ours: Score, said: list[str]) -> None:
    """Whatever its rate."""
    assert faults(ours) == said


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
