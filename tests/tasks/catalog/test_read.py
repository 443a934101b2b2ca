"""A data set that lies outside: every picture once, where its bytes are, however it is packed."""

import hashlib
import io
import os
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import BadInput
from storage.filesystem import read_range
from storage.records import Cataloged, ShardEntry
from storage.shards import Sample, pack
from storage.tables import content_digest, from_table, to_table, write_table
from tasks.catalog.read import read_catalog

PART = st.text("abü ,(1", min_size=1, max_size=6).filter(lambda part: part == part.strip())
KEY = st.builds(
    lambda folders, stem, suffix: "/".join([*folders, stem + suffix]),
    st.lists(PART, max_size=2), PART, st.sampled_from([".jpg", ".PNG", ".webp", ".avif"]),
)  # fmt: skip
PICTURES = st.dictionaries(KEY, st.binary(max_size=900), min_size=1, max_size=8)
FILES = {"b/a.jpg": b"one", "a.PNG": b"two", "b/c.jpeg": b"one"}


def lay(root: Path, files: Mapping[str, bytes]) -> Path:
    """Files in a folder."""
    for key, data in files.items():
        (root / key).parent.mkdir(parents=True, exist_ok=True)
        (root / key).write_bytes(data)
    return root


def tar(path: Path, files: Mapping[str, bytes], before: str = "") -> Path:
    """Files in a tar, something put before each name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as packed:
        for key, data in files.items():
            info = tarfile.TarInfo(before + key)
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    return path


def rows(path: Path, known: Path) -> list[Cataloged]:
    """The catalog of a data set."""
    return from_table(read_catalog(str(path), str(known)), Cataloged)


def bytes_of(row: Cataloged) -> bytes:
    """What lies where the row says."""
    return read_range(row.path, row.offset, row.size)


@settings(max_examples=40, deadline=None)
@given(files=PICTURES, before=st.sampled_from(["", "./", "/"]))
def test_every_picture_once_where_it_is_said_to_be(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], before: str
) -> None:
    """A folder, a tar of it, a list of it and a folder of tars: the same pictures, and the same content."""
    here = tmp_path_factory.mktemp("data")
    folder = lay(here / "folder", files)
    (folder / "list.txt").write_text("".join(f"{key}\n" for key in files))
    whole, listed = rows(folder, here / "known"), rows(folder / "list.txt", here / "known")
    packed = rows(tar(here / "one.tar", {**files, "a.txt": b""}, before), here / "known")
    tars = rows(tar(here / "tars" / "x.tar", files).parent, here / "known")
    assert {row.key: bytes_of(row) for row in whole} == files
    assert len(whole) == len(files)
    for held in (whole, listed, packed, tars):
        assert all(hashlib.sha256(bytes_of(row)).hexdigest() == row.digest for row in held)
    assert [(row.key, row.digest) for row in whole] == [(row.key, row.digest) for row in packed]
    assert listed == whole
    assert [f"x.tar/{row.key}" for row in whole] == [row.key for row in tars]
    contents = {content_digest(read_catalog(str(p), str(here))) for p in (folder, here / "one.tar")}
    assert len(contents) == 1


def test_the_content_is_blind_to_the_place(tmp_path: Path) -> None:
    """A data set that moved is the same one; one changed byte, or another name, is another."""
    folder = lay(tmp_path / "here", FILES)
    before = read_catalog(str(folder), str(tmp_path / "known"))
    moved = folder.rename(tmp_path / "there")
    after = read_catalog(str(moved), str(tmp_path / "known"))
    assert content_digest(before) == content_digest(after)
    assert {Path(row.path).parent.name for row in from_table(after, Cataloged)} == {"there", "b"}
    (moved / "a.PNG").write_bytes(b"twO")
    assert content_digest(read_catalog(str(moved), str(tmp_path / "known"))) != content_digest(before)


def test_what_has_not_changed_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a file nor a tar; a tar that changed is read whole."""
    folder = lay(tmp_path / "data", FILES)
    packed = tar(folder / "more.tar", FILES)
    first = rows(folder, tmp_path / "known")
    opened: list[str] = []
    real = Path.open

    def spied(path: Path, mode: str = "r") -> IO[Any]:
        opened.append(path.name)
        return real(path, mode)

    monkeypatch.setattr(Path, "open", spied)
    assert rows(folder, tmp_path / "known") == first
    assert opened == []
    tar(packed, {**FILES, "d.jpg": b"new"})
    opened.clear()
    assert len(rows(folder, tmp_path / "known")) == len(first) + 1
    assert set(opened) == {"more.tar"}


def test_hidden_files_and_other_files_are_no_pictures(tmp_path: Path) -> None:
    """Thumbnails of a desktop, the halves that another system leaves beside files, notes."""
    other = {".cache/a.jpg": b"", "b/._a.jpg": b"", "notes.txt": b"", "jpg": b""}
    folder = lay(tmp_path / "data", {**FILES, **other})
    assert [row.key for row in rows(folder, tmp_path / "known")] == sorted(FILES)
    packed = tar(tmp_path / "a.tar", {**FILES, **other})
    assert [row.key for row in rows(packed, tmp_path / "known")] == sorted(FILES)


def test_links_are_followed_once(tmp_path: Path) -> None:
    """A link to a picture is one; a link to a folder leads there, and one that leads back ends."""
    folder = lay(tmp_path / "data", FILES)
    lay(tmp_path / "elsewhere", {"e.jpg": b"three"})
    (folder / "link.jpg").symlink_to(folder / "a.PNG")
    (folder / "far").symlink_to(tmp_path / "elsewhere")
    (folder / "b" / "loop").symlink_to(folder)
    assert [row.key for row in rows(folder, tmp_path / "known")] == sorted([*FILES, "link.jpg", "far/e.jpg"])


def test_a_member_named_twice_is_two_pictures(tmp_path: Path) -> None:
    """Who reads the tar as a stream sees both."""
    with tarfile.open(tmp_path / "a.tar", "w") as packed:
        for data in (b"first", b"second"):
            info = tarfile.TarInfo("a.jpg")
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    assert sorted(bytes_of(row) for row in rows(tmp_path / "a.tar", tmp_path / "known")) == [b"first", b"second"]


def test_a_list_has_labels_or_none(tmp_path: Path) -> None:
    """As the targets' lists are written, a path twice is one picture, and paths start at the list's folder."""
    lay(tmp_path / "data", FILES)
    text = "b/a.jpg 3\n\na.PNG, 4, 5\nb/c.jpeg\n./b/a.jpg 3\r\n"
    (tmp_path / "data" / "train.txt").write_text(text)
    assert [row.key for row in rows(tmp_path / "data" / "train.txt", tmp_path / "known")] == sorted(FILES)


def test_our_own_shards_are_a_data_set(tmp_path: Path) -> None:
    """The pictures, and not the labels and texts beside them."""
    sample = Sample("key", "jpg", b"picture", 0, {"title": "a"})
    lay(tmp_path / "shard" / "0a1b", {"abcd/shard-00.tar": pack([sample]).tar, "manifest.json": b"{}"})
    rows_of_shard = to_table([ShardEntry("key", "0", "lime", 512, 7, "shard-00.tar")], ShardEntry)
    write_table(str(tmp_path / "shard" / "0a1b" / "abcd" / "shard.ShardEntry.parquet"), rows_of_shard)
    (row,) = rows(tmp_path / "shard" / "0a1b", tmp_path / "known")
    assert (row.key, bytes_of(row)) == ("abcd/shard-00.tar/key.jpg", b"picture")


@pytest.mark.parametrize(
    ("name", "data", "problem", "mend"),
    [
        ("gone", None, "there is no data set .*gone", "correct the path"),
        ("empty/notes.txt", b"", "empty holds no picture", "a folder, a .tar"),
        ("empty.tar", tarfile.NUL * 1024, "empty.tar holds no picture", "a folder, a .tar"),
        ("a.tar", b"no tar at all", "a.tar cannot be read as a tar: truncated", "tar -tvf"),
        ("a.tar.gz", b"", "a.tar.gz cannot be read picture by picture", "unpack it first"),
        ("list.txt", b"", "list.txt holds no picture", "a folder, a .tar"),
        ("list.txt", b"a.jpg 0\nnonsense\n", "list.txt, line 2: no picture path in 'nonsense'", "`path label`"),
        ("list.txt", b"gone.jpg 0\n", "1 files of the data set are not there: .*gone.jpg", "relative to its folder"),
        ("photo.jpg", b"\xff\xd8\xff\xe0", "photo.jpg is neither a tar nor a list", "give a folder"),
    ],
)
def test_what_is_no_data_set_is_named(tmp_path: Path, name: str, data: bytes | None, problem: str, mend: str) -> None:
    """The path, what is wrong with it, and what mends it."""
    if data is not None:
        lay(tmp_path, {name: data})
    with pytest.raises(BadInput, match=problem) as error:
        rows(tmp_path / name.partition("/")[0], tmp_path / "known")
    assert mend in error.value.mend


def test_a_broken_tar_in_a_folder_is_named(tmp_path: Path) -> None:
    """Which one of many it is."""
    lay(tmp_path / "data", {"b/x.tar": b"broken", **FILES})
    with pytest.raises(BadInput, match=r"b/x\.tar cannot be read as a tar"):
        rows(tmp_path / "data", tmp_path / "known")


def _pictures_in_parquet(path: Path) -> bytes:
    """A table with pictures in it, as data sets are handed around."""
    image = pa.array([{"bytes": b"picture", "path": "a.jpg"}])
    write_table(str(path / "made"), pa.table({"image": image, "label": [1]}))
    return (path / "made").read_bytes()


@pytest.mark.parametrize(
    "name", ["train.tar.gz", "b/TRAIN.TGZ", "z.zip", "x.tar.zst", "x.7z", "images.gz", "broken.parquet", "t.arrow"]
)
def test_an_archive_in_a_folder_is_refused_by_name(tmp_path: Path, name: str) -> None:
    """What is not looked into may hold copies, so it is no part of a data set that passes for clean."""
    folder = lay(tmp_path / "data", {**FILES, name: b"x"})
    with pytest.raises(BadInput, match=rf"1 archives that .*: .*{re.escape(name)}") as error:
        rows(folder, tmp_path / "known")
    assert error.value.mend.startswith("unpack them")
    assert "move them out" in error.value.mend


def test_tables_and_texts_beside_the_pictures_are_no_archives(tmp_path: Path) -> None:
    """A table is refused only where it has room for pictures, a compressed text never."""
    (tmp_path / "made").mkdir()
    packed = _pictures_in_parquet(tmp_path / "made")
    write_table(str(tmp_path / "labels"), pa.table({"path": ["a.PNG"], "label": [1]}))
    beside = {"labels.parquet": (tmp_path / "labels").read_bytes(), "captions.json.gz": b"x", ".cache/x.zip": b"x"}
    folder = lay(tmp_path / "data", {**FILES, **beside})
    assert [row.key for row in rows(folder, tmp_path / "known")] == sorted(FILES)
    lay(folder, {"p.parquet": packed})
    with pytest.raises(BadInput, match=r"1 archives that .*: .*p\.parquet"):
        rows(folder, tmp_path / "known")


@pytest.mark.parametrize("name", ["n01440764.tar", "b/more.zip", "x.parquet"])
def test_an_archive_in_a_tar_is_refused_by_name(tmp_path: Path, name: str) -> None:
    """A tar of tars is unpacked once by who gives it."""
    with pytest.raises(BadInput, match=rf"a\.tar holds an archive, {re.escape(name)}") as error:
        rows(tar(tmp_path / "a.tar", {**FILES, name: b"x"}), tmp_path / "known")
    assert error.value.mend.startswith("unpack")


def test_a_tar_cut_off_between_two_members_is_named(tmp_path: Path) -> None:
    """The half of a download is no data set without leaks."""
    packed = tar(tmp_path / "cut.tar", {f"{place}.jpg": b"x" * 512 for place in range(5)})
    packed.write_bytes(packed.read_bytes()[: 4 * 512])
    with pytest.raises(BadInput, match=r"cut\.tar cannot be read as a tar: it is cut off"):
        rows(packed, tmp_path / "known")


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    """A link that leads nowhere is a picture that is missed, and a pipe would be waited for without end."""
    folder = lay(tmp_path / "data", FILES)
    (folder / "dead.jpg").symlink_to(tmp_path / "nowhere")
    os.mkfifo(folder / "pipe.jpg")
    with pytest.raises(BadInput, match=r"2 files of the data set are not there: .*dead\.jpg.*pipe\.jpg|pipe.*dead"):
        rows(folder, tmp_path / "known")


def test_a_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    """Its row could not be written."""
    folder = lay(tmp_path / "data", FILES)
    (Path(os.fsdecode(bytes(folder) + b"/\xff.jpg"))).write_bytes(b"")
    with pytest.raises(BadInput, match="is no name in UTF-8") as error:
        rows(folder, tmp_path / "known")
    assert "rename" in error.value.mend
