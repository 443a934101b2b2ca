"""The data root on a real S3 server, which may misbehave."""

import multiprocessing
from collections.abc import Iterator

import pytest

from storage import filesystem
from storage.errors import BadInput, Unreachable
from storage.used import touch
from tests.storage.s3 import Faulty, bucket, forget, moto, proxied, used


@pytest.fixture(scope="module")
def faulty() -> Iterator[Faulty]:
    """A proxy before moto's server."""
    with moto() as server, proxied(server) as faulty:
        yield faulty


@pytest.fixture
def s3(faulty: Faulty) -> Iterator[str]:
    """An empty data root there."""
    with used(faulty.address):
        yield f"{bucket()}/root"
    faulty.spoil("")


def test_files_lie_there_as_on_a_disk(s3: str) -> None:
    """Listed apart, walked with sizes, read in part, removed twice; what is not there is not there."""
    for name in ("b/x", "a/c/x", "y"):
        filesystem.write_bytes(f"{s3}/{name}", name.encode())
    assert (filesystem.list_folders(s3), filesystem.list_files(s3)) == (["a", "b"], ["y"])
    assert filesystem.list_files(f"{s3}/none") == filesystem.list_files(f"{s3}/y") == []
    assert [(one.name, one.bytes) for one in filesystem.walk(s3)] == [("a/c/x", 5), ("b/x", 3), ("y", 1)]
    assert filesystem.walk(f"{s3}/none") == filesystem.walk(f"{s3}/y") == []
    assert filesystem.read_range(f"{s3}/a/c/x", 2, 3) == b"c/x"
    for _ in range(2):
        filesystem.remove(f"{s3}/y")
    assert not filesystem.exists(f"{s3}/y")
    assert not filesystem.exists(f"{s3}/a")
    with pytest.raises(FileNotFoundError):
        filesystem.read_bytes(f"{s3}/y")


def _write(uri: str) -> None:
    filesystem.write_bytes(uri, b"by another")


def test_a_forked_process_has_a_client_of_its_own_and_no_listing_is_stale(s3: str) -> None:
    """It writes through the connections that it opens, and the parent sees it at once."""
    filesystem.write_bytes(f"{s3}/a/x", b"x")
    assert filesystem.list_files(f"{s3}/a") == ["x"]
    assert not filesystem.exists(f"{s3}/a/y")
    child = multiprocessing.get_context("fork").Process(target=_write, args=(f"{s3}/a/y",))
    child.start()
    child.join(60)
    if child.is_alive():
        child.kill()
    assert child.exitcode == 0
    assert filesystem.list_files(f"{s3}/a") == ["x", "y"]
    assert filesystem.read_bytes(f"{s3}/a/y") == b"by another"


@pytest.mark.parametrize("method", ["PUT", "GET", "HEAD"])
def test_503s_and_lost_connections_are_retried(s3: str, faulty: Faulty, method: str) -> None:
    """Two of each, and the caller sees none of them."""
    filesystem.write_bytes(f"{s3}/a", b"old")
    for fault in ({"refuse": 2}, {"cut": 2}):
        faulty.spoil(method, **fault)
        filesystem.write_bytes(f"{s3}/a", b"new" * 50_000)
        assert filesystem.read_bytes(f"{s3}/a") == b"new" * 50_000
        assert filesystem.exists(f"{s3}/a")
        assert faulty.spoilt == 2


def test_an_upload_that_never_ends_leaves_nothing_and_has_a_name(
    s3: str, faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file, no half of one; a mark that cannot be made is no error."""
    monkeypatch.setattr("s3fs.S3FileSystem.retries", 1)  # back-off would cost the test minutes
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    faulty.spoil("PUT", cut=10_000)
    with pytest.raises(Unreachable, match="AWS_ENDPOINT_URL"):
        filesystem.write_bytes(f"{s3}/manifest.json", b"{}" * 50_000)
    touch(s3)
    faulty.spoil("")
    assert filesystem.walk(s3) == []


def test_a_store_that_is_away_is_not_an_empty_one(s3: str, faulty: Faulty, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a stage would be done again, or a clean-up would take files for gone."""
    monkeypatch.setattr("s3fs.S3FileSystem.retries", 1)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    filesystem.write_bytes(f"{s3}/a/x", b"x")
    for method, ask in (("HEAD", filesystem.exists), ("GET", filesystem.list_files), ("GET", filesystem.walk)):
        faulty.spoil(method, refuse=10_000)
        with pytest.raises(Unreachable):
            ask(f"{s3}/a/x")


def test_a_wrong_bucket_is_named(s3: str) -> None:
    """With what mends it."""
    with pytest.raises(BadInput, match=r"there is no bucket nowhere-at-all\n.*data_root"):
        filesystem.write_bytes("s3://nowhere-at-all/x", b"x")


def test_lacking_keys_are_named(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By their variables."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    forget()
    with pytest.raises(BadInput, match="AWS_ACCESS_KEY_ID"):
        filesystem.write_bytes(f"{s3}/x", b"x")


def test_s3fs_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the extra that brings it."""
    forget()
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(BadInput, match=r"pip install -e '\.\[s3\]'"):
        filesystem.exists("s3://b/x")


LARGE = bytes(range(256)) * (120 * 4096)
"""Over 100 MB: more than one part."""


@pytest.mark.parametrize("fault", [{}, {"refuse": 2}, {"cut": 2}])
def test_a_large_tar_goes_up_in_parts(s3: str, faulty: Faulty, fault: dict[str, int]) -> None:
    """Whole afterwards, also where parts were refused or cut off; the tag of an upload in N parts ends in -N."""
    faulty.spoil("PUT", **fault)
    filesystem.write_bytes(f"{s3}/a.tar", memoryview(LARGE))
    assert faulty.spoilt == sum(fault.values())
    fs, path = filesystem._split(f"{s3}/a.tar")
    assert fs.info(path)["ETag"].strip('"').endswith("-3")
    assert filesystem.read_bytes(f"{s3}/a.tar") == LARGE


def test_a_large_tar_whose_parts_never_arrive_is_not_there(
    s3: str, faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was there before stays, and no half of the new one is seen."""
    filesystem.write_bytes(f"{s3}/a.tar", b"before")
    monkeypatch.setattr("s3fs.S3FileSystem.retries", 1)  # back-off would cost the test minutes
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    faulty.spoil("PUT", cut=10_000)
    with pytest.raises(Unreachable, match="AWS_ENDPOINT_URL"):
        filesystem.write_bytes(f"{s3}/a.tar", memoryview(LARGE))
    faulty.spoil("")
    assert [(one.name, one.bytes) for one in filesystem.walk(s3)] == [("a.tar", 6)]
