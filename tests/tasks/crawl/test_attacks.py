"""What hostile hosts try, over real connections; the addresses under 127.1 play a network that is not public."""

import socket
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from storage.pictures import PictureStore
from storage.records import Crawled, FetchReason
from storage.takedown import TakenDown
from tasks.crawl import body, guard
from tasks.crawl.partition import fetch_partition, fetch_through
from tasks.crawl.plan import host_asked
from tests.tasks.crawl.world import PRIVATE, PUBLIC, World, offer, recipe

NAME = "pictures.example"


class Names(AbstractResolver):
    """A name server whose answers are scripted; the last one is given for good."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The next answer of the script."""
        self.asked += 1
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(hostname=host, host=each, port=port, family=family, proto=0, flags=0) for each in addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


def crawl(world: World, root: Path, path: str, host: str = PUBLIC[0], **changes: Any) -> Crawled:
    """The row of one URL."""
    [row] = fetch_through([offer(world.url(path, host))], str(root), recipe(**changes))
    return row


@pytest.mark.parametrize("answers", [[[PRIVATE]], [[PUBLIC[0], PRIVATE]], [["::1"]], [["169.254.169.254"]]])
def test_a_name_is_refused_for_any_address_that_is_not_public(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: list[list[str]]
) -> None:
    """One such address among others is enough, since any of them may be connected to."""
    monkeypatch.setattr(guard, "DefaultResolver", lambda: Names(*answers))
    row = crawl(world, tmp_path, "/good/1", NAME)
    assert row.reason is FetchReason.BLOCKED_ADDRESS
    assert world.asked == []


def test_a_name_that_changes_its_mind_gains_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address that was checked is the one connected to: there is no second look-up in between."""
    names = Names([PUBLIC[0]], [PRIVATE])
    monkeypatch.setattr(guard, "DefaultResolver", lambda: names)
    row = crawl(world, tmp_path, "/good/1", NAME)
    assert row.digest
    assert names.asked == 1
    assert PRIVATE not in world.reached


def test_a_redirect_to_a_name_is_judged_like_any_other(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A public host leads to a name that resolves to an inner address."""
    monkeypatch.setattr(guard, "DefaultResolver", lambda: Names([PRIVATE]))
    row = crawl(world, tmp_path, f"/to/1?url=http://{NAME}:{world.port}/good/1")
    assert row.reason is FetchReason.BLOCKED_ADDRESS
    assert PRIVATE not in world.reached


@pytest.mark.parametrize(
    "target",
    [
        "http://127.1.0.1:{port}/good/1", "http://[::ffff:127.1.0.1]:{port}/good/1", "http://[::ffff:7f01:1]:{port}/",
        "http://2130771969:{port}/good/1", "http://0x7f010001:{port}/good/1", "http://0177.1.0.1:{port}/good/1",
        "http://127.1.1:{port}/good/1", "http://[::1]:{port}/", "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:127.1.0.1%25]:{port}/good/1", "http://[::ffff:127.1.0.1%2525]:{port}/good/1", "http://[::1%25]:{port}/",
        "http://[64:ff9b::7f01:1]/", "file:///etc/passwd", "ftp://127.0.0.2/", "gopher://127.0.0.2/", "data:image/png,",
    ],
)  # fmt: skip
@pytest.mark.parametrize("hops", [0, 1, 2])
def test_nothing_inner_is_reached_at_any_hop(world: World, tmp_path: Path, target: str, hops: int) -> None:
    """Asked for directly, or through one redirect or two: refused before anything is opened."""
    url = target.format(port=world.port)
    for number in range(hops):
        url = f"{world.url(f'/to/{number}')}?url={url}"
    [row] = fetch_through([offer(url)], str(tmp_path), recipe())
    assert row.reason in (FetchReason.BLOCKED_ADDRESS, FetchReason.BAD_URL)
    assert set(world.reached) <= {PUBLIC[0]}
    assert PictureStore(str(tmp_path)).find(url) is None


@pytest.mark.parametrize("host", ["127.1.0.1", "[::ffff:127.1.0.1%25]", "[::1]"])
def test_no_socket_is_opened_to_what_is_not_public_though_a_host_was_misread(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """The guard looks again at what is connected to, so that one gap in reading hosts is no way in."""
    monkeypatch.setattr(guard.Guard, "_check_host", lambda *_: None)
    [row] = fetch_through([offer(f"http://{host}:{world.port}/good/1")], str(tmp_path), recipe())
    assert row.reason is FetchReason.BLOCKED_ADDRESS
    assert world.reached == set()


def test_a_drip_ends_at_the_rate_long_before_the_deadline(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte every tenth of a second is too slow, however long it would go on."""
    monkeypatch.setattr(body, "_GRACE", 0.3)
    started = time.monotonic()
    row = crawl(world, tmp_path, "/drip/1", pace={"retries": 0})
    assert (row.reason, row.detail) == (FetchReason.TIMEOUT, "under 500 bytes a second")
    assert time.monotonic() - started < 15


def test_an_endless_body_is_cut_while_it_comes(world: World, tmp_path: Path) -> None:
    """Of a body without end no more is read than the cap and what the sockets hold."""
    row = crawl(world, tmp_path, "/endless/1")
    assert (row.reason, row.detail) == (FetchReason.TOO_LARGE, "over 1048576 bytes")
    assert world.sent < 16 << 20


def test_what_is_no_picture_is_left_after_its_first_bytes(world: World, tmp_path: Path) -> None:
    """A long page under a picture's name is not read to its end."""
    row = crawl(world, tmp_path, "/endless-page/1")
    assert row.reason is FetchReason.NOT_A_PICTURE
    assert world.sent < 16 << 20


def test_a_bomb_is_unfolded_no_further_than_the_cap(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 64 MB in 64 KB, one byte more than the cap is unfolded."""
    sizes = []
    plain = body.Inflated.add

    def add(self: body.Inflated, chunk: bytes) -> None:
        try:
            plain(self, chunk)
        finally:
            sizes.append(len(self.data))

    monkeypatch.setattr(body.Inflated, "add", add)
    assert crawl(world, tmp_path, "/bomb/1").reason is FetchReason.TOO_LARGE
    assert max(sizes) == (1 << 20) + 1


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/damaged-gzip/1", FetchReason.NOT_A_PICTURE),
        ("/cut-gzip/1", FetchReason.TRUNCATED),
        ("/brotli/1", FetchReason.NOT_A_PICTURE),
        ("/long-header/1", FetchReason.CONNECTION),
        ("/corrupt/1", FetchReason.TRUNCATED),
        ("/no-content/1", FetchReason.BAD_STATUS),
    ],
)
def test_odd_answers_have_their_reason(world: World, tmp_path: Path, path: str, reason: FetchReason) -> None:
    """Encodings that break, headers without end, pixels that are damaged."""
    assert crawl(world, tmp_path, path).reason is reason


def test_a_url_to_another_host_is_handed_over_with_what_it_has_used_up(world: World, tmp_path: Path) -> None:
    """The partition of the first host never asks the second; hops are counted across hosts."""
    there = f"http://{PUBLIC[1]}:{world.port}/good/1"
    rows, [moved] = fetch_partition([offer(world.url(f"/to/1?url={there}"))], str(tmp_path), recipe())
    assert rows == []
    assert (moved.to, moved.hops) == (there, 1)
    assert world.reached == {PUBLIC[0]}
    looping = replace(moved, to=f"http://{PUBLIC[1]}:{world.port}/loop/1")
    rows, left = fetch_partition([looping], str(tmp_path), recipe(limits={"max_redirects": 1}))
    assert [row.reason for row in rows] == [FetchReason.TOO_MANY_REDIRECTS]
    assert left == []
    assert world.paths(PUBLIC[1]) == ["/loop/1"]


def test_two_hosts_that_redirect_to_each_other_end(world: World, tmp_path: Path) -> None:
    """At the most hops that the recipe allows."""
    row = crawl(world, tmp_path, "/ping/1")
    assert row.reason is FetchReason.TOO_MANY_REDIRECTS
    assert len(world.asked) == 2 * (1 + recipe().limits.max_redirects)  # each with a look at robots.txt


def test_a_server_that_accepts_and_says_nothing_ends_at_the_deadline(tmp_path: Path) -> None:
    """Not even a status line comes; a dozen such URLs end together."""
    with socket.socket() as silent:
        silent.bind((PUBLIC[0], 0))
        silent.listen(64)
        taken: list[socket.socket] = []

        def take() -> None:
            while True:
                taken.append(silent.accept()[0])

        threading.Thread(target=take, daemon=True).start()
        url = f"http://{PUBLIC[0]}:{silent.getsockname()[1]}"
        config = recipe(limits={"deadline_seconds": 0.3}, pace={"retries": 0})
        started = time.monotonic()
        rows = fetch_through([offer(f"{url}/{n}") for n in range(12)], str(tmp_path), config)
        assert {row.reason for row in rows} == {FetchReason.TIMEOUT}
        assert time.monotonic() - started < 30


def test_bytes_behind_a_compressed_picture_count_too(world: World, tmp_path: Path) -> None:
    """A small picture followed by bytes without end is cut at the cap, and takes no time of others."""
    row = crawl(world, tmp_path, "/gzip-endless/1")
    assert row.reason is FetchReason.TOO_LARGE
    assert world.sent < 16 << 20


def test_a_calendar_without_end_in_retry_after_harms_nobody(world: World, tmp_path: Path) -> None:
    """The URL has its row, and so have all others of the partition."""
    offers = [offer(world.url(path)) for path in ("/odd-date/1", "/good/1")]
    monkey = recipe(pace={"retries": 0}, limits={"max_pause_seconds": 0.5, "max_bytes": 1 << 20})
    rows = fetch_through(offers, str(tmp_path), monkey)
    assert sorted(row.url for row in rows) == sorted(one.url for one in offers)


@pytest.mark.parametrize("path", ["/good/../private/1", "/./private/1", "/good/%2e%2e/private/1"])
def test_robots_txt_is_asked_about_what_is_sent(world: World, tmp_path: Path, path: str) -> None:
    """Dots in a path hide nothing from it; a byte order mark at its beginning neither."""
    world.robots[PUBLIC[0]] = (200, "\ufeffUser-agent: *\nDisallow: /private\n")
    assert crawl(world, tmp_path, path).reason is FetchReason.ROBOTS
    assert world.paths() == []


def test_a_picture_longer_than_any_jpeg_is_refused(world: World, tmp_path: Path) -> None:
    """It could not be written as one later."""
    row = crawl(world, tmp_path, "/long/1", limits={"max_pixels": 64_000_000})
    assert (row.reason, row.detail) == (FetchReason.TOO_MANY_PIXELS, "64x70000")


def test_a_redirect_within_the_host_is_taken_down_by_where_it_leads(world: World, tmp_path: Path) -> None:
    """The address that the rights holder knows is the one that counts."""
    TakenDown.of(urls=[world.url("/good/1")]).record(str(tmp_path))
    row = crawl(world, tmp_path, "/to/1?url=/good/1")
    assert row.reason is FetchReason.TAKEN_DOWN
    assert world.paths() == ["/to/1"]


def test_two_spellings_of_a_host_are_one_host(world: World) -> None:
    """With a dot behind, in capitals, or written in its own letters."""
    names = ["http://pictures.example/1", "http://PICTURES.example/2", "http://pictures.example./3"]
    assert {host_asked(offer(name)) for name in names} == {"pictures.example"}
    assert host_asked(offer("http://bücher.example/1")) == host_asked(offer("http://xn--bcher-kva.example/1"))
