"""One row a URL, with the reason for every fault, and nothing fetched twice."""

import subprocess
import sys
import time
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from storage.pictures import PictureStore, digest_of
from storage.records import Crawled, FetchReason
from storage.takedown import TakenDown
from tasks.crawl import line
from tasks.crawl.line import IN_A_ROW
from tasks.crawl.partition import fetch_through
from tests.tasks.crawl.world import PRIVATE, PUBLIC, SILENCE, World, hasty, jpeg, offer, recipe
from vision.decode import decode
from vision.decoders import Decoders, Judged

ROOT = Path(__file__).parents[3]


def crawl_one(world: World, root: Path, path: str, host: str = PUBLIC[0]) -> Crawled:
    """The row of one URL."""
    config = hasty() if path.startswith(("/drip", "/silent")) else recipe()
    [row] = fetch_through([offer(world.url(path, host))], str(root), config)
    return row


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/missing/1", FetchReason.BAD_STATUS),
        ("/truncated/1", FetchReason.TRUNCATED),
        ("/cut/1", FetchReason.TRUNCATED),
        ("/html/1", FetchReason.NOT_A_PICTURE),
        ("/svg/1", FetchReason.NOT_A_PICTURE),
        ("/endless/1", FetchReason.TOO_LARGE),
        ("/large/1", FetchReason.TOO_LARGE),
        ("/bomb/1", FetchReason.TOO_LARGE),
        ("/drip/1", FetchReason.TIMEOUT),
        ("/silent/1", FetchReason.TIMEOUT),
        ("/huge/1", FetchReason.TOO_MANY_PIXELS),
        ("/small/1", FetchReason.TOO_SMALL),
        ("/noai/1", FetchReason.ROBOTS),
        ("/loop/1", FetchReason.TOO_MANY_REDIRECTS),
        ("/busy/1", FetchReason.THROTTLED),
        ("/to/1?url=file:///etc/passwd", FetchReason.BAD_URL),
        ("/to/1?url=http://[::1", FetchReason.BAD_URL),
        ("/to/1?url=http://cdn..example.com/a.jpg", FetchReason.BAD_URL),
        ("/to/1?url=http://127.1/a.jpg", FetchReason.BAD_URL),
        ("/to/1?url=http://2130706433/a.jpg", FetchReason.BAD_URL),
        ("/to/1?url=http://0177.0.0.1/a.jpg", FetchReason.BAD_URL),
        ("/to/1?url=http://169.254.169.254/latest", FetchReason.BLOCKED_ADDRESS),
        ("/to/1?url=http://[::ffff:10.0.0.1]/", FetchReason.BLOCKED_ADDRESS),
    ],
)
def test_every_fault_has_its_reason(world: World, tmp_path: Path, path: str, reason: FetchReason) -> None:
    """A URL that brings no picture says why, and leaves nothing in the store."""
    row = crawl_one(world, tmp_path, path)
    assert (row.reason, row.digest) == (reason, None)
    assert PictureStore(str(tmp_path)).find(row.url) is None


@pytest.mark.parametrize(
    "path", ["/good/1", "/gzip/1", "/to/1?url=/good/1", f"/to/1?url=http://{PUBLIC[1]}:PORT/good/1"]
)
def test_good_pictures_are_stored_whole(world: World, tmp_path: Path, path: str) -> None:
    """Bytes come out as they went in, through a redirect or an encoding, with their license."""
    row = crawl_one(world, tmp_path, path.replace("PORT", str(world.port)))
    store = PictureStore(str(tmp_path))
    assert (row.reason, row.width, row.height) == (None, 96, 96)
    assert row.digest
    assert len(store.read(row.digest)) == row.size
    stored = store.find(row.url)
    assert stored
    assert (stored.license, stored.creator, stored.format) == ("by", "someone", "JPEG")


def test_an_inner_address_is_never_asked(world: World, tmp_path: Path) -> None:
    """Neither directly nor by way of a public host that redirects there."""
    direct = crawl_one(world, tmp_path, "/good/1", PRIVATE)
    behind = crawl_one(world, tmp_path, f"/to/1?url=http://{PRIVATE}:{world.port}/good/1")
    assert direct.reason is behind.reason is FetchReason.BLOCKED_ADDRESS
    assert not [host for host, _ in world.asked if host == PRIVATE]


def test_a_name_for_an_inner_address_is_refused(world: World, tmp_path: Path) -> None:
    """A name is judged by what it resolves to: localhost is outside the networks let through."""
    config = recipe(allow_networks=["127.0.0.2/32"])
    [row] = fetch_through([offer(f"http://localhost:{world.port}/good/1")], str(tmp_path), config)
    assert row.reason is FetchReason.BLOCKED_ADDRESS


@pytest.mark.parametrize("host", ["cdn..example.com", ".com", f"{'a' * 64}.com"])
def test_a_host_that_no_name_server_could_know_is_a_bad_url(tmp_path: Path, host: str) -> None:
    """One malformed name among a source's results costs its own row and nothing else."""
    [row] = fetch_through([offer(f"http://{host}/a.jpg")], str(tmp_path), recipe())
    assert (row.reason, row.digest) == (FetchReason.BAD_URL, None)


def test_nobody_home_is_a_connection_error(tmp_path: Path) -> None:
    """A closed port is data, not an exception."""
    [row] = fetch_through([offer("http://127.0.0.99:1025/x.jpg")], str(tmp_path), recipe())
    assert (row.reason, row.detail) == (FetchReason.CONNECTION, "no connection")


def test_silent_hosts_end_at_the_deadline(world: World, tmp_path: Path) -> None:
    """Twelve silent URLs on six hosts are waited for side by side, and none until its host would answer."""
    started = time.monotonic()
    candidates = [offer(world.url(f"/silent/{i}", PUBLIC[i % 6])) for i in range(12)]
    rows = fetch_through(candidates, str(tmp_path), hasty())
    assert {row.reason for row in rows} == {FetchReason.TIMEOUT}
    assert world.most_of_all >= 6
    assert time.monotonic() - started < SILENCE / 2


def test_a_crowd_of_large_pictures_waits_to_be_read_and_not_in_memory(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more of them are held than may be read at once, until each is decoded and handed on."""
    held: list[int] = []
    most, judge = 0, Decoders.judge

    async def counted(decoders: Decoders, data: bytes) -> Judged:
        nonlocal most
        held.append(len(data))
        most = max(most, len(held))
        try:
            return await judge(decoders, data)
        finally:
            held.remove(len(data))

    monkeypatch.setattr(Decoders, "judge", counted)
    candidates = [offer(world.url(f"/heavy/{i}", PUBLIC[i % 6])) for i in range(12)]
    config = recipe(limits={"max_bytes": 8 << 20, "large_bodies": 2, "max_pixels": 4_000_000}, pace={"decoders": 1})
    rows = fetch_through(candidates, str(tmp_path), config)
    assert all(row.digest and row.size > 2 << 20 for row in rows)
    assert most <= 2


def test_a_second_run_asks_nothing_and_gives_the_same_rows(world: World, tmp_path: Path) -> None:
    """What the store holds is not fetched again, and its row is the one that fetching gave."""
    candidates = [offer(world.url(f"/good/{i}", PUBLIC[i % 6])) for i in range(12)]
    first = fetch_through(candidates, str(tmp_path), recipe())
    world.asked.clear()
    assert fetch_through(candidates[::-1], str(tmp_path), recipe()) == first
    assert world.asked == []


def test_rows_do_not_depend_on_pace_or_order(world: World, tmp_path: Path) -> None:
    """Where servers answer alike, two crawls give the same rows, faults and all: later stages stay cached."""
    kinds = ("good", "gzip", "missing", "truncated", "cut", "html", "large", "bomb", "huge", "small", "noai", "loop")
    candidates = [offer(world.url(f"/{kind}/{i}", PUBLIC[i])) for kind in kinds for i in range(3)]
    slow = fetch_through(candidates, str(tmp_path / "slow"), recipe(pace={"total": 1, "per_host": 1}))
    fast = fetch_through(candidates[::-1], str(tmp_path / "fast"), recipe(pace={"per_host": 8}))
    assert slow == fast
    assert [row.key for row in slow] == sorted(candidate.key for candidate in candidates)


def test_limits_hold_for_held_pictures_too(world: World, tmp_path: Path) -> None:
    """A stricter recipe gives the same row whether it fetches or finds the picture."""
    strict = recipe(limits={"min_side": 100})
    url = world.url("/good/1")
    fetch_through([offer(url)], str(tmp_path / "held"), recipe())
    held = fetch_through([offer(url)], str(tmp_path / "held"), strict)
    assert held == fetch_through([offer(url)], str(tmp_path / "fresh"), strict)
    assert held[0].reason is FetchReason.TOO_SMALL


def test_few_connections_a_host(world: World, tmp_path: Path) -> None:
    """No host sees more requests at once than the recipe says, however many wait."""
    candidates = [offer(world.url(f"/slowly/{i}", PUBLIC[i % 2])) for i in range(24)]
    rows = fetch_through(candidates, str(tmp_path), recipe(pace={"per_host": 2, "total": 16}))
    assert all(row.digest for row in rows)
    assert {world.most[host] for host in PUBLIC[:2]} == {2}


def test_robots_txt_is_asked_once_a_host_and_obeyed(world: World, tmp_path: Path) -> None:
    """What it denies is not requested; the rest of the host is."""
    world.robots[PUBLIC[0]] = (200, "User-agent: *\nDisallow: /good/private\n")
    candidates = [offer(world.url(path)) for path in ("/good/private/1", "/good/1", "/good/2")]
    rows = {row.url: row for row in fetch_through(candidates, str(tmp_path), recipe())}
    assert rows[candidates[0].url].reason is FetchReason.ROBOTS
    assert sorted(world.paths()) == ["/good/1", "/good/2"]
    assert world.asked.count((PUBLIC[0], "/robots.txt")) == 1


def test_robots_txt_of_a_redirect_is_obeyed(world: World, tmp_path: Path) -> None:
    """The host that a redirect leads to has its say as well."""
    world.robots[PUBLIC[1]] = (200, "User-agent: category-extrapolation\nDisallow: /\n")
    row = crawl_one(world, tmp_path, f"/to/1?url=http://{PUBLIC[1]}:{world.port}/good/1")
    assert row.reason is FetchReason.ROBOTS


@pytest.mark.parametrize("status", [500, 503])
def test_an_unreadable_robots_txt_means_no(world: World, tmp_path: Path, status: int) -> None:
    """A host in trouble is left alone."""
    world.robots[PUBLIC[0]] = (status, "")
    row = crawl_one(world, tmp_path, "/good/1")
    assert (row.reason, row.detail) == (FetchReason.ROBOTS, f"robots.txt answers {status}")


def test_a_throttled_url_is_tried_once_more_after_the_pause(world: World, tmp_path: Path) -> None:
    """Nothing is asked of the host before its time, and the picture comes after it."""
    world.throttle["/throttled/1"] = [1]
    started = time.monotonic()
    row = crawl_one(world, tmp_path, "/throttled/1")
    assert row.digest
    assert time.monotonic() - started >= 1
    assert world.paths() == ["/throttled/1"] * 2


def test_a_host_that_throttles_everything_is_left_alone(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty URLs cost a handful of requests, and each has its row."""
    monkeypatch.setattr(line, "_LEAST_PAUSE", 0.01)
    candidates = [offer(world.url(f"/throttled/{n}")) for n in range(20)]
    world.throttle |= {f"/throttled/{n}": [0.01] * 50 for n in range(20)}
    rows = fetch_through(candidates, str(tmp_path), recipe())
    assert {row.reason for row in rows} == {FetchReason.THROTTLED}
    assert len(rows) == 20
    assert len(world.paths()) <= IN_A_ROW + 2 * recipe().pace.per_host


def test_a_pause_beyond_patience_gives_up_the_host(world: World, tmp_path: Path) -> None:
    """The host's other URLs are not asked either."""
    candidates = [offer(world.url(path)) for path in ("/busy/1", "/good/1", "/good/2", "/good/3")]
    rows = fetch_through(candidates, str(tmp_path), recipe(pace={"per_host": 1}))
    assert {row.reason for row in rows} == {FetchReason.THROTTLED}
    assert world.paths() == ["/busy/1"]


def test_progress_counts_every_url(world: World, tmp_path: Path) -> None:
    """Held, fetched and rejected alike."""
    candidates = [offer(world.url(path)) for path in ("/good/1", "/good/2", "/missing/1")]
    fetch_through(candidates[:1], str(tmp_path), recipe())
    told: list[Crawled] = []
    rows = fetch_through(candidates, str(tmp_path), recipe(), lambda rows, _: told.extend(rows))
    assert sorted(told, key=lambda row: row.key) == rows


CHILD = """
import sys
from tasks.crawl import line
from tasks.crawl.line import IN_A_ROW
from tasks.crawl.partition import fetch_through
from tests.tasks.crawl.world import offer, recipe
config = recipe(pace={"per_host": 1, "total": 1, "segment_seconds": 0.2})
fetch_through([offer(url) for url in sys.argv[2:]], sys.argv[1], config)
"""


def test_a_killed_crawl_keeps_what_is_whole(world: World, tmp_path: Path) -> None:
    """After SIGKILL the store reads, and the next run fetches only what is missing."""
    urls = [world.url(f"/slowly/{i}") for i in range(60)]
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path), *urls], cwd=ROOT)
    while not list(tmp_path.glob("pictures/*.parquet")):
        assert child.poll() is None
        time.sleep(0.02)
    child.kill()
    child.wait()
    store = PictureStore(str(tmp_path))
    held = [url for url in urls if store.find(url)]
    assert 0 < len(held) < len(urls)
    world.asked.clear()
    rows = fetch_through([offer(url) for url in urls], str(tmp_path), recipe())
    after = PictureStore(str(tmp_path))
    assert all(digest_of(after.read(row.digest or "")) == row.digest for row in rows)
    assert len(world.paths()) == len(urls) - len(held)


def test_a_server_error_is_tried_again_later(world: World, tmp_path: Path) -> None:
    """A picture that comes at the second try is kept; a host that fails for good has its last reason."""
    world.failing["/shaky/1"] = 1
    world.failing["/shaky/2"] = 9
    assert crawl_one(world, tmp_path, "/shaky/1").digest
    row = crawl_one(world, tmp_path, "/shaky/2")
    assert (row.reason, row.detail) == (FetchReason.BAD_STATUS, "500")
    assert world.paths().count("/shaky/2") == 1 + recipe().pace.retries


def test_resized_pictures_alone_can_be_held(world: World, tmp_path: Path) -> None:
    """What is held is small, and its row is the same when it is found instead of fetched."""
    small = recipe(keep={"resize_mode": "keep_ratio", "image_size": 32, "quality": 80})
    [row] = fetch_through([offer(world.url("/good/1"))], str(tmp_path), small)
    store = PictureStore(str(tmp_path))
    held = store.read(row.digest or "")
    stored = store.find_many([row.url], small.keep.model_dump_json() if small.keep else "")[row.url]
    assert (row.width, row.height, row.size) == (32, 32, len(held))
    assert decode(held, 10**6).size == (32, 32)
    assert stored.original == digest_of(jpeg(zlib.crc32(b"/good/1")))
    world.asked.clear()
    assert fetch_through([offer(world.url("/good/1"))], str(tmp_path), small) == [row]
    assert world.asked == []


def test_who_wants_the_original_does_not_get_a_resized_one(world: World, tmp_path: Path) -> None:
    """Another size is fetched again; an original serves for any."""
    small = recipe(keep={"resize_mode": "keep_ratio", "image_size": 32})
    url = world.url("/good/1")
    fetch_through([offer(url)], str(tmp_path), small)
    [row] = fetch_through([offer(url)], str(tmp_path), recipe())
    assert (row.width, row.digest) == (96, digest_of(jpeg(zlib.crc32(b"/good/1"))))
    world.asked.clear()
    fetch_through([offer(url)], str(tmp_path), recipe(keep={"image_size": 64}))
    assert world.asked == []


@pytest.mark.parametrize("trait", ["urls", "creators", "digests", "to"])
def test_what_was_taken_down_is_not_fetched_again(world: World, tmp_path: Path, trait: str) -> None:
    """By URL, creator, bytes, or where a redirect leads: a row with its reason, and nothing stored."""
    there = f"http://{PUBLIC[1]}:{world.port}/good/1"
    named = {
        "urls": {"urls": [world.url("/good/1")]},
        "creators": {"creators": ["SOMEONE"]},
        "digests": {"digests": [digest_of(jpeg(zlib.crc32(b"/good/1")))]},
        "to": {"urls": [there]},
    }[trait]
    TakenDown.of(**named).record(str(tmp_path))
    row = crawl_one(world, tmp_path, f"/to/1?url={there}" if trait == "to" else "/good/1")
    assert (row.reason, row.digest) == (FetchReason.TAKEN_DOWN, None)
    assert PictureStore(str(tmp_path)).find(row.url) is None
    assert bool(world.paths()) == (trait in ("digests", "to"))
    assert not world.paths(PUBLIC[1])


def test_a_pool_is_read_without_the_web_and_only_where_it_lies(tmp_path: Path) -> None:
    """A file of the pool is kept like a picture of the web; the same URL from another source is refused."""
    inside, outside = tmp_path / "pool" / "lime" / "1.jpg", tmp_path / "secret.jpg"
    inside.parent.mkdir(parents=True)
    inside.write_bytes(jpeg(1))
    outside.write_bytes(jpeg(2))
    pool = {"kind": "local", "root": str(tmp_path / "pool"), "license": "by"}
    config = recipe(sources=[pool])
    offers = [replace(offer(path.as_uri()), source="local") for path in (inside, outside)]
    foreign = offer(inside.as_uri())
    good, bad = (fetch_through([one], str(tmp_path / "root"), config)[0] for one in offers)
    assert (good.digest, bad.reason) == (digest_of(jpeg(1)), FetchReason.BAD_URL)
    assert fetch_through([foreign], str(tmp_path / "other"), config)[0].reason is FetchReason.BAD_URL


@pytest.mark.parametrize("held", [0.0, 0.3, 0.8])
def test_what_is_held_already_changes_no_row(world: World, tmp_path: Path, held: float) -> None:
    """A host with many URLs that fail, in a row or not, ends the same whether it is crawled at once or resumed."""
    kinds = ["good"] * 3 + ["truncated"] * 12 + ["good"] * 20 + ["missing", "html", "good", "truncated"] * 3
    urls = [world.url(f"/{kind}/{number}", PUBLIC[number % 2]) for number, kind in enumerate(kinds)]
    config = recipe(pace={"retries": 1})
    undisturbed = fetch_through([offer(url) for url in urls], str(tmp_path / "one"), config)
    before = [url for url in urls if "good" in url][: int(held * len(urls))]
    fetch_through([offer(url) for url in before], str(tmp_path / "two"), config)
    assert fetch_through([offer(url) for url in urls], str(tmp_path / "two"), config) == undisturbed
    assert sum(row.digest is not None for row in undisturbed) == kinds.count("good")
