import io
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import pytest
from PIL import Image

from sandbox.ledger import Failure, Kind, Truth
from sandbox.process import SandboxProcess
from tests.sandbox.web import get

Pick = Callable[[SandboxProcess], Truth]


def _one(sandbox: SandboxProcess, kind: Kind, failure: Failure | None = None) -> Truth:
    return next(row for row in sandbox.ledger() if row.kind is kind and row.failure is failure)


def test_good_and_off_topic_pictures_are_the_originals(sandbox: SandboxProcess, folder: Path) -> None:
    """They come as the files themselves."""
    for kind in (Kind.GOOD, Kind.OFF_TOPIC):
        row = _one(sandbox, kind)
        reply = get(row.url)
        assert (reply.status, reply.content_type) == (200, "image/jpeg")
        assert reply.body == (folder / row.original).read_bytes()


def test_copies_are_whole_pictures_with_other_bytes_and_the_same_each_time(
    sandbox: SandboxProcess, folder: Path
) -> None:
    """A copy decodes, differs from its original, and does not change between two visits."""
    for kind in (Kind.COPY_OF_GOOD, Kind.COPY_OF_TARGET):
        row = _one(sandbox, kind)
        body = get(row.url).body
        Image.open(io.BytesIO(body)).load()
        assert body != (folder / row.original).read_bytes()
        assert body == get(row.url).body


def test_a_missing_picture_is_a_404(sandbox: SandboxProcess) -> None:
    """Its URL looks like any other."""
    assert get(_one(sandbox, Kind.FAILING, Failure.NOT_FOUND).url).status == 404


def test_a_truncated_picture_cannot_be_decoded(sandbox: SandboxProcess) -> None:
    """It starts as a JPEG and ends too early."""
    reply = get(_one(sandbox, Kind.FAILING, Failure.TRUNCATED).url)
    assert (reply.status, reply.content_type, reply.body[:2]) == (200, "image/jpeg", b"\xff\xd8")
    with pytest.raises(OSError, match="truncated"):
        Image.open(io.BytesIO(reply.body)).load()


def test_html_comes_under_the_type_of_a_picture(sandbox: SandboxProcess) -> None:
    """Only the bytes show that it is a page."""
    reply = get(_one(sandbox, Kind.FAILING, Failure.HTML).url)
    assert (reply.status, reply.content_type) == (200, "image/jpeg")
    assert reply.body.startswith(b"<!doctype html>")


def test_a_timeout_never_answers(sandbox: SandboxProcess) -> None:
    """The connection stands and nothing comes."""
    with pytest.raises(TimeoutError):
        get(_one(sandbox, Kind.FAILING, Failure.TIMEOUT).url, timeout=0.5)


def test_a_picture_lives_on_its_own_host_alone(sandbox: SandboxProcess) -> None:
    """The same path on another address, or on the base address, is not found."""
    row = _one(sandbox, Kind.GOOD)
    mine = urlsplit(row.url)
    other = "127.0.1.2" if mine.hostname == "127.0.1.1" else "127.0.1.1"
    assert get(f"http://{other}:{mine.port}{mine.path}").status == 404
    assert get(f"{sandbox.base_url}{mine.path}").status == 404


def test_fifty_hosts_share_one_port_and_each_has_a_robots_txt(sandbox: SandboxProcess) -> None:
    """Pictures are allowed, other paths not."""
    port = urlsplit(sandbox.base_url).port
    for host in range(1, 51):
        reply = get(f"http://127.0.1.{host}:{port}/robots.txt")
        rules = RobotFileParser()
        rules.parse(reply.body.decode().splitlines())
        assert reply.status == 200
        assert rules.can_fetch("anyone", f"http://127.0.1.{host}:{port}/p/x.jpg")
        assert not rules.can_fetch("anyone", f"http://127.0.1.{host}:{port}/by/ada-berg")
