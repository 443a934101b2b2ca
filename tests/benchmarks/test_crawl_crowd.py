"""The crowd counts who asks it, kills hit on the way, and a run that broke a promise is told."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.many_hosts import ALONE, KILLED, Outcome, faults, waits
from benchmarks.web.crowd import HOSTS, url_of
from benchmarks.web.crowd_recipe import NAMES, write_recipe
from benchmarks.web.crowd_run import Hosts, Memory, crowd, kill_after, watch
from flows.recipe import load_recipe

COUNT, KILLS = 2000, 2
WELL = Outcome(COUNT, 1700, {"bad_status": 300}, "content", 60.0, 200.0, 220.0, 230.0, KILLS)


def _asking(hosts: Hosts, times: int) -> "subprocess.Popen[bytes]":
    """A process that asks the hosts so many times, robots.txt before each, and then ends."""
    robots = f"http://{HOSTS[0]}:{hosts.port}/robots.txt"
    code = (
        "import time, urllib.request\n"
        f"for _ in range({times}):\n"
        f"  for url in ({robots!r}, {url_of(20, hosts.port)!r}):\n"
        "    urllib.request.urlopen(url).read()\n"
        "    time.sleep(0.02)"
    )
    return subprocess.Popen([sys.executable, "-c", code], start_new_session=True)


def test_a_kill_comes_after_so_many_further_requests_and_one_that_missed_is_told() -> None:
    """Requests for pictures count, those of earlier runs and for robots.txt do not."""
    with crowd() as hosts:
        assert _asking(hosts, 5).wait() == 0
        assert hosts.asked() == 5
        assert kill_after(_asking(hosts, 10_000), hosts, 10)
        assert 15 <= hosts.asked() < 1000
        assert not kill_after(_asking(hosts, 3), hosts, 10)


def test_memory_is_watched_while_a_run_asks() -> None:
    """From its first request on; one that fails is an error."""
    with crowd() as hosts:
        memory = watch(_asking(hosts, 40), hosts)
        assert all(0 < size < 200 for _, size in memory.samples)
        with pytest.raises(SystemExit, match="failed"):
            watch(subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"]), hosts)


def test_the_middle_of_a_run_is_where_half_of_it_was_asked() -> None:
    """Not half of its time: a run may end slowly."""
    memory = Memory([(100, 10.0), (150, 20.0), (200, 40.0), (200, 50.0), (200, 45.0)])
    assert (memory.middle, memory.end, memory.peak) == (20.0, 45.0, 50.0)


@pytest.mark.parametrize("seed", range(20))
def test_kills_come_before_all_is_fetched(seed: int) -> None:
    """All their waits together leave a fifth of the URLs; they are random, and the same for a seed."""
    found = waits(COUNT, KILLS, seed)
    assert found == waits(COUNT, KILLS, seed)
    assert found != waits(COUNT, KILLS, seed + 1)
    assert len(found) == KILLS
    assert min(found) >= 1
    assert sum(found) <= COUNT * 4 / 5


@pytest.mark.parametrize(
    ("alone", "killed", "said"),
    [
        (WELL, WELL, ""),
        (WELL, replace(WELL, kills=1), "1 of 2 kills hit"),
        (WELL, replace(WELL, urls=1999), "not every URL is accounted for: killed"),
        (replace(WELL, urls=1999), WELL, "not every URL is accounted for: undisturbed"),
        (WELL, replace(WELL, content="other"), "the content is another one after kills"),
        (replace(WELL, rss_mb_end=231.0), WELL, "memory grew from 200.0 to 231.0 MB"),
        (WELL, replace(WELL, rss_mb_middle=100.0), ""),
    ],
)
def test_a_broken_promise_is_told(alone: Outcome, killed: Outcome, said: str) -> None:
    """Each of them by name; memory is that of the run that was left alone."""
    assert "; ".join(faults({ALONE: alone, KILLED: killed}, COUNT, KILLS)) == said


def test_the_recipe_is_one_that_the_pipeline_reads(tmp_path: Path) -> None:
    """Every category has its URLs."""
    recipe = load_recipe(str(write_recipe(tmp_path, 80, COUNT)), str(tmp_path))
    assert recipe.crawl.per_category == COUNT
    assert len(set(NAMES)) == 40
