"""A pool on disk: what it offers, and that nothing else is ever read."""

import io
import json
import os
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import BadInput
from storage.records import Candidate, FetchReason
from tasks.crawl.guard import Refused
from tasks.crawl.sources import pool
from tasks.crawl.sources.file_urls import file_url, place_of
from tasks.crawl.sources.local import Local
from tasks.crawl.sources.tar_samples import Sample, samples_of
from tests.tasks.crawl.sources.api import ask_for, found_by, replies_of

CAP = 1000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A pool, with a secret beside it."""
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    pool = tmp_path / "pool"
    (pool / "Granny-Smith" / "old").mkdir(parents=True)
    return pool


def put(path: Path, data: bytes = b"picture") -> Path:
    """A file with these bytes."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def put_tar(path: Path, members: dict[str, bytes]) -> Path:
    """A tar with these members."""
    with tarfile.open(path, "w") as tar:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def read_all(source: Local, found: list[Candidate]) -> list[bytes]:
    """The bytes behind what was offered."""
    return [source.read(one.url, CAP) for one in found]


def test_folders_are_categories(root: Path) -> None:
    """By the neighbor's name in any spelling, in the order of the paths, pictures alone."""
    names = ["b.PNG", "a #1?%.jpg", "old/c.webp", "notes.txt", "d.svg"]
    for name in names:
        put(root / "Granny-Smith" / name, name.encode())
    put(root / "granny smith apples" / "e.jpg")
    put(root / "loose.jpg")
    source = Local(root=str(root), license="cc0", creator="us", name="ours")
    found = found_by(source, ask_for("any words"))
    assert [(one.rank, one.title) for one in found] == [(0, "a #1?%"), (1, "b"), (2, "c")]
    assert read_all(source, found) == [b"a #1?%.jpg", b"b.PNG", b"old/c.webp"]
    first = found[0]
    assert (first.source, first.license, first.creator, first.landing_url) == ("ours", "cc0", "us", "")
    assert first.url.startswith("file:///")
    assert found_by(source, ask_for("any words", skip=1, limit=1)) == found[1:2]


def test_a_name_of_any_bytes_is_read(root: Path) -> None:
    """File systems hold names that are no UTF-8."""
    path = os.fsdecode(os.fsencode(root / "Granny-Smith") + b"/\xff.jpg")
    put(Path(path), b"odd")
    source = Local(root=str(root))
    [found] = found_by(source, ask_for())
    assert (found.title, read_all(source, [found])) == ("\ufffd", [b"odd"])
    assert source.content()


def test_samples_of_tars_say_what_they_are(root: Path) -> None:
    """A category in the .json rules; else the caption in the .txt or .json must hold the words; in the tar's order."""
    members = {
        "z.jpg": b"1", "z.json": json.dumps({"category": "granny smith"}).encode(),
        "a.png": b"2", "a.txt": b"a Granny Smith",
        "c/b.jpg": b"3", "c/b.json": json.dumps({"caption": "granny smith apples"}).encode(),
        "d.jpg": b"no", "d.json": json.dumps({"category": "braeburn", "caption": "granny smith"}).encode(),
        "e.jpg": b"no", "e.json": b"{broken",
        "f.jpg": b"no", "f.json": json.dumps([1]).encode(),
        "g.jpg": b"no", "g.json": json.dumps({"category": 5, "caption": None}).encode(),
        "h.txt": b"granny smith",
        "i.jpg": b"no",
    }  # fmt: skip
    put_tar(root / "0.tar", members)
    source = Local(root=str(root))
    found = found_by(source, ask_for())
    assert read_all(source, found) == [b"1", b"2", b"3"]
    assert [one.title for one in found] == ["z.jpg", "a Granny Smith", "granny smith apples"]
    assert [one.url.rpartition("#")[2] for one in found] == ["z.jpg", "a.png", "c/b.jpg"]


def test_the_fields_of_the_json_are_the_recipes(root: Path) -> None:
    """As other tools write them."""
    put_tar(root / "0.tar", {"a.jpg": b"1", "a.json": b'{"label": "granny smith"}'})
    assert len(found_by(Local(root=str(root), category_field="label"), ask_for())) == 1
    assert found_by(Local(root=str(root)), ask_for()) == []


def test_a_changed_tar_is_read_anew(root: Path) -> None:
    """What is remembered of a tar holds for its size and time of change."""
    source = Local(root=str(root))
    put_tar(root / "0.tar", {"a.jpg": b"1", "a.txt": b"granny smith"})
    [before] = found_by(source, ask_for())
    content = source.content()
    put_tar(root / "0.tar", {"more.jpg": bytes(20_000), "b.jpg": b"2", "b.txt": b"granny smith"})
    assert read_all(source, found_by(source, ask_for())) == [b"2"]
    assert source.content() != content
    with pytest.raises(Refused) as caught:
        source.read(before.url, CAP)
    assert (caught.value.reason, caught.value.detail) == (FetchReason.BAD_STATUS, "gone")


def refusal(source: Local, url: str, cap: int = CAP) -> FetchReason:
    """Why an address is not read."""
    with pytest.raises(Refused) as caught:
        source.read(url, cap)
    assert "/" not in caught.value.detail
    return caught.value.reason


def test_nothing_outside_the_root_is_read(root: Path) -> None:
    """Neither by a path, nor by dots, nor through a link, nor in any other scheme; though the file is there."""
    (root / "Granny-Smith" / "link.jpg").symlink_to(root.parent / "secret.jpg")
    (root / "Granny-Smith" / "dir").symlink_to(root.parent)
    put(root / "notes.txt")
    put_tar(root.parent / "out.tar", {"a.jpg": b"secret"})
    (root / "in.tar").symlink_to(root.parent / "out.tar")
    source, base = Local(root=str(root)), root.as_uri()
    outside = [
        (root.parent / "secret.jpg").as_uri(), f"{base}/../secret.jpg", f"{base}/%2e%2e/secret.jpg",
        f"{base}/Granny-Smith/link.jpg", f"{base}/Granny-Smith/dir/secret.jpg", f"{base}/notes.txt", base,
        f"{base}/in.tar#a.jpg", f"{(root.parent / 'out.tar').as_uri()}#a.jpg", "file:///etc/passwd", "", "secret.jpg",
        f"file://example.org{root}/Granny-Smith/a.jpg", f"http://127.0.0.1{root}/a.jpg", f"{base}/a%00.jpg", "file://[",
        f"{base}/a.jpg?b", str(root / "a.jpg"), f"{base}/a.jpg#member",
    ]  # fmt: skip
    for url in outside:
        assert refusal(source, url) is FetchReason.BAD_URL, url
    [link] = found_by(source, ask_for())
    assert refusal(source, link.url) is FetchReason.BAD_URL


def test_a_root_behind_a_link_is_a_root(root: Path) -> None:
    """What lies under it is inside."""
    put(root / "Granny-Smith" / "a.jpg")
    (root.parent / "alias").symlink_to(root)
    source = Local(root=str(root.parent / "alias"))
    assert read_all(source, found_by(source, ask_for())) == [b"picture"]


def test_what_is_gone_or_no_file_is_a_row_with_a_reason(root: Path) -> None:
    """A picture taken away, a folder or pipe of its name, a tar that broke: none stops or hangs the crawl."""
    source = Local(root=str(root))
    (root / "folder.jpg").mkdir()
    os.mkfifo(root / "pipe.jpg")
    put(root / "broken.tar", b"no tar")
    put_tar(root / "0.tar", {"a.jpg": b"1"})
    for place in ("no.jpg", "folder.jpg", "pipe.jpg", "broken.tar#a.jpg", "0.tar#b.jpg", "no.tar#a.jpg"):
        assert refusal(source, f"{root.as_uri()}/{place}") is FetchReason.BAD_STATUS, place


def test_no_more_than_the_cap_is_read(root: Path) -> None:
    """Of a file and of a member alike; the cap itself is allowed."""
    url = put(root / "Granny-Smith" / "a.jpg", bytes(11)).as_uri()
    member = f"{put_tar(root / '0.tar', {'a.jpg': bytes(11), 'b.jpg': bytes(5)}).as_uri()}#a.jpg"
    for one in (url, member):
        assert len(Local(root=str(root)).read(one, 11)) == 11
        assert refusal(Local(root=str(root)), one, 10) is FetchReason.TOO_LARGE


def test_a_pool_that_cannot_be_used_is_named(root: Path) -> None:
    """A missing folder and a broken tar stop the search."""
    uses: tuple[Callable[[Local], object], ...] = (Local.content, lambda source: found_by(source, ask_for()))
    for use in uses:
        with pytest.raises(BadInput, match="there is no such folder"):
            use(Local(root=str(root / "no")))
        put(root / "broken.tar", b"no tar")
        with pytest.raises(BadInput, match=r"broken\.tar cannot be read as a tar"):
            use(Local(root=str(root)))


def _pax(**fields: str) -> bytes:
    """A tar of two members, the second of which states these fields."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, headers in (("a.jpg", {}), ("b.jpg", fields)):
            member = tarfile.TarInfo(name)
            member.size, member.pax_headers = 3, headers
            tar.addfile(member, io.BytesIO(b"123"))
    return sink.getvalue()


@pytest.mark.parametrize("size", ["-512", "-1", "-1024", "-1536", "-2048", "-100000", str(10**30)])
def test_a_tar_that_leads_astray_is_named(root: Path, size: str) -> None:
    """Sizes below nothing lead back, round and round: the search stops with the tar's name, a fetch with a reason."""
    put(root / "0.tar", _pax(size=size))
    source = Local(root=str(root))
    with pytest.raises(BadInput, match=r"0\.tar cannot be read as a tar"):
        found_by(source, ask_for())
    assert refusal(source, f"{(root / '0.tar').as_uri()}#b.jpg") is FetchReason.BAD_STATUS


def test_what_cannot_be_looked_at_is_passed_over(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name too long to be asked for, and a picture that goes between the listing and the look at it."""
    source = Local(root=str(root))
    assert refusal(source, f"{root.as_uri()}/{'x' * 300}.jpg") is FetchReason.BAD_STATUS
    put(root / "Granny-Smith" / "a.jpg")
    before = source.content()
    goes = put(root / "Granny-Smith" / "goes.jpg")

    def listed(path: Path) -> list[Path]:
        found = sorted(path.rglob("*.jpg"))
        goes.unlink()
        return found

    monkeypatch.setattr(pool, "pictures_in", listed)
    (root / "Granny-Smith" / "old").rmdir()
    assert source.content() == before


def test_one_pass_serves_many_asks(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each ask gets what it would get alone, and each tar is looked into once."""
    for number in range(3):
        put(root / "Granny-Smith" / f"{number}.jpg")
        put_tar(root / f"{number}.tar", {"a.jpg": b"1", "a.txt": b"granny smith", "b.jpg": b"2", "b.txt": b"braeburn"})
    source, looked = Local(root=str(root)), list[Path]()
    asks = [
        ask_for(name, neighbor=name, limit=limit, skip=skip)
        for name in ("granny smith", "braeburn", "pear")
        for limit in (2, 50)
        for skip in (0, 2)
    ]
    alone = [replies_of(source, ask) for ask in asks]

    def counted(path: Path, category: str, caption: str) -> Mapping[str, Sample]:
        looked.append(path)
        return samples_of(path, category, caption)

    monkeypatch.setattr(pool, "samples_of", counted)
    assert replies_of(source, *asks) == [reply for [reply] in alone]
    assert len(looked) == 3
    assert [(len(reply.offers), reply.more) for [reply] in alone[:2]] == [(2, True), (2, True)]
    assert [(len(reply.offers), reply.more) for [reply] in alone[2:4]] == [(6, False), (4, False)]


def test_what_is_missing_is_found_before_the_search(root: Path) -> None:
    """A folder that is not there."""
    Local(root=str(root)).check()
    with pytest.raises(BadInput, match="there is no such folder"):
        Local(root=str(root / "no")).check()


def test_its_content_is_names_sizes_and_captions(root: Path) -> None:
    """The time of change and the place of the pool are none of it."""
    picture = put(root / "Granny-Smith" / "a.jpg", b"1234")
    put_tar(root / "0.tar", {"a.jpg": b"1", "a.txt": b"pear"})
    source = Local(root=str(root))
    seen = [source.content()]
    os.utime(picture, (1, 1))
    assert source.content() == seen[0]
    changes: tuple[Callable[[], object], ...] = (
        lambda: put(root / "Granny-Smith" / "a.jpg", b"12345"),
        lambda: put(root / "braeburn" / "b.jpg"),
        lambda: put_tar(root / "0.tar", {"a.jpg": b"1", "a.txt": b"PEAR"}),
        lambda: (root / "Granny-Smith" / "a.jpg").rename(root / "Granny-Smith" / "c.jpg"),
    )
    for change in changes:
        change()
        os.utime(root / "0.tar", (len(seen), len(seen)))
        assert source.content() not in seen
        seen.append(source.content())
    root.rename(root.parent / "moved")
    assert Local(root=str(root.parent / "moved")).content() == seen[-1]


@given(
    st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1).filter(lambda s: not s.startswith("/")),
    st.text(st.characters(exclude_characters="\0", codec="utf-8")),
)
def test_an_address_leads_back_to_its_place(name: str, member: str) -> None:
    """Whatever characters the names hold."""
    path = Path("/pool") / name
    assert place_of(file_url(path, member)) == (path, member)
