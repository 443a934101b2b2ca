"""When hosts are asked: each at its own pace, none before its time, all of them at once."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from storage.records import Candidate, FetchReason
from tasks.crawl import line
from tasks.crawl.guard import Refused
from tasks.crawl.limits import Pace
from tasks.crawl.line import FIRST_TRIES, IN_A_ROW
from tasks.crawl.plan import host_asked
from tasks.crawl.politeness import visit_all
from tasks.crawl.throttled import Throttled
from tests.clock import SimulatedLoop
from tests.tasks.crawl.world import offer

TRIES = 2


@pytest.fixture(autouse=True)
def _pauses_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "_LEAST_PAUSE", 0.0)


def test_a_pause_of_nothing_is_one_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who answers 429 with Retry-After 0 is not asked again at once."""
    monkeypatch.setattr(line, "_LEAST_PAUSE", 0.2)
    hosts = Hosts({"http://busy/0": [Throttled(429, 0.0)]})
    hosts.run("http://busy/0")
    first, second = hosts.times("busy")
    assert second - first == pytest.approx(0.2)


@dataclass
class Hosts:
    """Hosts whose every answer is scripted, by the last part of the URL, and what they were asked when."""

    script: dict[str, list[Refused]] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    asked: list[tuple[float, str]] = field(default_factory=list)
    rejected: dict[str, Refused] = field(default_factory=dict)
    open: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)
    alive: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    redirects: dict[str, Candidate] = field(default_factory=dict)

    async def consent(self, candidate: Candidate) -> float:
        """What robots.txt would say."""
        if candidate.url in self.denied:
            raise Refused(FetchReason.ROBOTS, "robots.txt")
        return self.delays.get(host_asked(candidate), 0)

    async def visit(self, candidate: Candidate) -> Candidate | None:
        """Answer as the script says, else well."""
        host = host_asked(candidate)
        self.asked.append((asyncio.get_running_loop().time(), candidate.url))
        self.open[host] += 1
        self.open["all"] += 1
        for who in (host, "all"):
            self.most[who] = max(self.most[who], self.open[who])
        await asyncio.sleep(self.seconds)
        self.open[host] -= 1
        self.open["all"] -= 1
        if left := self.script.get(candidate.url):
            raise left.pop(0)
        return self.redirects.pop(candidate.url, None)

    def reject(self, candidate: Candidate, refusal: Refused) -> None:
        """Take note."""
        assert candidate.url not in self.rejected
        self.rejected[candidate.url] = refusal

    def times(self, host: str) -> list[float]:
        """When a host was asked."""
        return [when for when, url in self.asked if url.startswith(f"http://{host}/")]

    def run(self, *urls: str, longest_pause: float = 1.0, **pace: float) -> None:
        """Visit these."""
        config = Pace.model_validate({"retries": TRIES, "retry_seconds": 0.02, **pace})
        with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
            runner.run(visit_all([offer(url) for url in urls], self.alive, config, longest_pause, self))


def urls(host: str, count: int) -> list[str]:
    """So many URLs of one host."""
    return [f"http://{host}/{number}" for number in range(count)]


def passing(*_: object) -> Refused:
    """A failure that may pass."""
    return Refused(FetchReason.CONNECTION, "no connection", passing=True)


def test_every_candidate_is_visited_once_within_both_bounds() -> None:
    """At most `per_host` of a host, `total` of all, and nobody is left out."""
    hosts = Hosts(seconds=0.002, alive={f"h{host}" for host in range(20)})
    wanted = [url for host in range(20) for url in urls(f"h{host}", 6)]
    hosts.run(*wanted, total=8, per_host=2)
    assert sorted(url for _, url in hosts.asked) == sorted(wanted)
    assert hosts.most.pop("all") <= 8
    assert max(hosts.most.values()) <= 2
    assert hosts.rejected == {}


def test_a_host_is_asked_one_by_one_until_its_robots_txt_is_known() -> None:
    """A second request could come sooner than the host allows."""
    hosts = Hosts(delays={"slow": 0.05})
    hosts.run(*urls("slow", 4), per_host=4)
    times = hosts.times("slow")
    assert [later - sooner for sooner, later in pairwise(times)] == pytest.approx([0.05] * 3)


def test_a_pause_holds_for_all_urls_of_the_host_and_for_no_other() -> None:
    """After a 429 nothing is asked before its time; meanwhile the other host is served."""
    first = "http://busy/0"
    hosts = Hosts({first: [Throttled(429, 0.2)]}, seconds=0.001)
    hosts.run(*urls("busy", 5), *urls("free", 50), per_host=1)
    busy, free = hosts.times("busy"), hosts.times("free")
    assert busy[1] - busy[0] == pytest.approx(0.2, abs=0.002)
    assert free[-1] < busy[1]
    assert hosts.rejected == {}


def test_a_pause_doubles_while_the_host_goes_on_throttling() -> None:
    """Who says no twice is left alone for longer than he asks."""
    hosts = Hosts({"http://busy/0": [Throttled(429, 0.05), Throttled(429, 0.05)]})
    hosts.run("http://busy/0")
    first, second, third = hosts.times("busy")
    assert second - first == pytest.approx(0.05)
    assert third - second == pytest.approx(0.1)


def test_a_host_that_throttles_everything_is_given_up() -> None:
    """Every URL has its reason, after a handful of requests."""
    wanted = urls("busy", 30)
    hosts = Hosts({url: [Throttled(429, 0.0)] * 9 for url in wanted})
    hosts.run(*wanted)
    assert set(hosts.rejected) == set(wanted)
    assert len(hosts.asked) <= IN_A_ROW + 2


def test_what_may_pass_is_tried_again_after_all_others() -> None:
    """The second try comes when the host's other URLs are done, and later each time."""
    hosts = Hosts({"http://shaky/0": [passing()] * TRIES})
    hosts.run(*urls("shaky", 4), per_host=1)
    order = [url[-1] for _, url in hosts.asked]
    assert order == ["0", "1", "2", "3", "0", "0"]
    assert hosts.rejected == {}
    times = [when for when, url in hosts.asked if url.endswith("/0")]
    assert 0.015 <= times[1] - times[0] <= 0.03
    assert 0.03 <= times[2] - times[1] <= 0.06


def test_tries_are_counted() -> None:
    """What fails every time is rejected with its last reason after `retries` more tries."""
    hosts = Hosts({"http://shaky/0": [passing()] * 9})
    hosts.run("http://shaky/0")
    assert len(hosts.asked) == 1 + TRIES
    assert hosts.rejected["http://shaky/0"].detail == "no connection"


def test_what_will_not_pass_is_not_tried_again() -> None:
    """A 404 stays one."""
    hosts = Hosts({"http://host/0": [Refused(FetchReason.BAD_STATUS, "404")]})
    hosts.run("http://host/0")
    assert len(hosts.asked) == 1
    assert hosts.rejected["http://host/0"].detail == "404"


def test_a_dead_host_costs_a_few_tries_and_not_one_for_each_url() -> None:
    """One that has answered nothing after so many URLs is left alone; the rest end with the same reason, unasked."""
    wanted = urls("dead", 100)
    hosts = Hosts({url: [passing()] * 9 for url in wanted})
    hosts.run(*wanted, retry_seconds=9)
    assert set(hosts.rejected) == set(wanted)
    assert {refusal.detail for refusal in hosts.rejected.values()} == {"no connection"}
    assert len(hosts.asked) == FIRST_TRIES


@pytest.mark.parametrize("before", [False, True])
def test_a_host_that_has_answered_once_is_not_taken_for_dead(before: bool) -> None:
    """However many of its URLs fail in a row, each has its own tries; an answer of an earlier run counts."""
    bad, good = urls("shaky", 30), ["http://shaky/good"]
    hosts = Hosts({url: [passing()] * 9 for url in bad}, alive={"shaky"} if before else set())
    hosts.run(*([] if before else good), *bad, *(good if before else []), retry_seconds=0.001)
    assert set(hosts.rejected) == set(bad)
    assert len(hosts.asked) == len(bad) * (1 + TRIES) + 1


def test_what_a_line_is_given_up_with_keeps_its_own_reason() -> None:
    """What was tried before says why it failed; only what was not tried says what the host said."""
    hosts = Hosts({"http://h/0": [passing()] * 9, "http://h/1": [Throttled(429, 99)]}, alive={"h"})
    hosts.run(*urls("h", 3), per_host=1)
    assert [hosts.rejected[url].detail for url in urls("h", 3)] == ["no connection", "429", "429"]


def test_a_line_that_is_closed_stays_closed() -> None:
    """A second visit that was under way when the host asked for a long pause is not tried again."""
    hosts = Hosts({"http://h/1": [Throttled(429, 99)], "http://h/2": [passing()] * 9}, seconds=0.02, alive={"h"})
    hosts.run("http://h/1", "http://h/2", per_host=2)
    assert len(hosts.asked) == 2
    assert hosts.rejected["http://h/2"].detail == "no connection"


def test_what_robots_txt_denies_costs_no_delay() -> None:
    """Nothing is sent, so there is nothing to wait for."""
    hosts = Hosts(delays={"slow": 0.2}, denied=set(urls("slow", 50)))
    hosts.run(*urls("slow", 50), "http://slow/allowed")
    assert [url for _, url in hosts.asked] == ["http://slow/allowed"]
    assert len(hosts.rejected) == 50


def test_a_redirect_within_a_host_keeps_its_pace() -> None:
    """It is a request like any other."""
    hosts = Hosts(delays={"slow": 0.1}, redirects={"http://slow/0": offer("http://slow/there")})
    hosts.run("http://slow/0")
    first, second = hosts.times("slow")
    assert second - first == pytest.approx(0.1)


def test_waiting_takes_no_place_from_others() -> None:
    """Hosts that pause hold none of the `total` slots."""
    throttled: dict[str, list[Refused]] = {f"http://busy{n}/0": [Throttled(429, 0.3)] for n in range(8)}
    hosts = Hosts(throttled, seconds=0.001)
    hosts.run(*throttled, *urls("free", 40), total=2, per_host=2)
    assert hosts.times("free")[-1] - hosts.asked[0][0] < 0.3


def test_another_error_ends_it_all() -> None:
    """What is no refusal is a fault of ours, and is not swallowed."""

    class Broken(Hosts):
        async def visit(self, candidate: Candidate) -> Candidate | None:
            raise KeyError(candidate.url)

    with pytest.raises(ExceptionGroup) as caught:
        Broken().run(*urls("host", 3))
    assert caught.group_contains(KeyError)
