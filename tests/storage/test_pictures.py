"""The picture store: whole segments or none, bytes once, and no silent damage."""

import hashlib
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import tables
from storage.errors import DamagedStore
from storage.picture_writer import PictureWriter, Roll
from storage.pictures import Origin, PictureStore, StoredPicture


def origin(url: str, fetched: str = "2025-01-01T00:00:00+00:00") -> Origin:
    """Where a test picture comes from."""
    return Origin(url, fetched, "by", "https://creativecommons.org/licenses/by/4.0/", "someone", "openverse", "")


WHOLE = Roll()


def keep(root: Path, pictures: dict[str, bytes], roll: Roll = WHOLE) -> dict[str, StoredPicture]:
    """Store pictures by URL, with a segment each time one is due."""
    stored = {}
    with PictureWriter(PictureStore(str(root)), roll) as writer:
        for url, data in pictures.items():
            stored[url] = writer.add(data, 4, 3, "JPEG", origin(url))
            if writer.due():
                writer.roll()
    return stored


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pictures=st.dictionaries(st.text(min_size=1, max_size=8), st.binary(max_size=2000), max_size=8),
    per_segment=st.integers(1, 4),
)
def test_read_gives_back_what_was_added(
    tmp_path_factory: pytest.TempPathFactory, pictures: dict[str, bytes], per_segment: int
) -> None:
    """However the pictures fall into segments."""
    root = tmp_path_factory.mktemp("store")
    stored = keep(root, pictures, Roll(pictures=per_segment))
    store = PictureStore(str(root))
    for url, data in pictures.items():
        assert store.find(url) == stored[url]
        assert store.read(hashlib.sha256(data).hexdigest()) == data
    read = store.reader([held.digest for held in stored.values()])
    assert [read(stored[url].digest) for url in pictures] == list(pictures.values())


def test_the_same_bytes_are_written_once(tmp_path: Path) -> None:
    """Within a segment, in a later one, and in a later run: each URL points at the first copy."""
    keep(tmp_path, {"a": b"same", "b": b"same", "c": b"same"}, Roll(pictures=2))
    keep(tmp_path, {"d": b"same"})
    store = PictureStore(str(tmp_path))
    places = {(held.segment, held.offset) for url in "abcd" if (held := store.find(url))}
    assert len(places) == 1
    assert len(list(tmp_path.glob("pictures/*.tar"))) == 1


def test_segments_are_plain_tars(tmp_path: Path) -> None:
    """Any tar tool reads them, and finds each picture under its digest."""
    keep(tmp_path, {"a": b"first", "b": b"second"})
    [path] = tmp_path.glob("pictures/*.tar")
    with tarfile.open(path) as tar:
        assert tar.getnames() == [hashlib.sha256(data).hexdigest() for data in (b"first", b"second")]


def test_a_tar_without_its_index_is_no_segment(tmp_path: Path) -> None:
    """What a killed writer left is not read, and the rest is."""
    keep(tmp_path, {"a": b"first"})
    keep(tmp_path, {"b": b"second"})
    [index] = [path for path in tmp_path.glob("pictures/*.parquet") if path.stem == _segment_of(tmp_path, "b")]
    index.unlink()
    store = PictureStore(str(tmp_path))
    assert store.find("a")
    assert store.find("b") is None


def _segment_of(root: Path, url: str) -> str:
    held = PictureStore(str(root)).find(url)
    assert held
    return held.segment


def test_all_readers_choose_the_same_of_two_pictures(tmp_path: Path) -> None:
    """Where two writers met one URL, the earlier fetch counts, whatever the segments are called."""
    for data, when in ((b"late", "2025-01-02"), (b"early", "2025-01-01")):
        with PictureWriter(PictureStore(str(tmp_path))) as writer:
            writer.add(data, 4, 3, "JPEG", origin("a", when))
    held = PictureStore(str(tmp_path)).find("a")
    assert held
    assert PictureStore(str(tmp_path)).read(held.digest) == b"early"


def test_a_segment_is_due_by_number_by_size_and_by_age(tmp_path: Path) -> None:
    """Whichever comes first; an empty one never is."""
    for roll in (Roll(pictures=1), Roll(size=1), Roll(seconds=0)):
        writer = PictureWriter(PictureStore(str(tmp_path)), roll)
        assert not writer.due()
        writer.add(b"picture", 4, 3, "JPEG", origin("a"))
        assert writer.due()
    writer = PictureWriter(PictureStore(str(tmp_path)))
    writer.add(b"picture", 4, 3, "JPEG", origin("a"))
    assert not writer.due()


@pytest.mark.parametrize("harm", ["changed", "cut"])
def test_damage_is_named_and_never_returned(tmp_path: Path, harm: str) -> None:
    """Bytes that do not match their digest are an error that names the file."""
    stored = keep(tmp_path, {"a": b"picture"})["a"]
    tar = tmp_path / "pictures" / f"{stored.segment}.tar"
    if harm == "changed":
        tar.write_bytes(tar.read_bytes().replace(b"picture", b"Picture"))
    else:
        tar.write_bytes(tar.read_bytes()[: stored.offset + 2])
    with pytest.raises(DamagedStore, match=stored.segment) as damaged:
        PictureStore(str(tmp_path)).read(stored.digest)
    assert "remove this tar" in damaged.value.mend


def test_what_a_lost_tar_held_is_fetched_again(tmp_path: Path) -> None:
    """Whichever index names it: no URL of it counts as held, and its bytes are written anew."""
    segment = keep(tmp_path, {"a": b"picture"})["a"].segment
    assert keep(tmp_path, {"b": b"picture", "c": b"other"})["b"].segment == segment
    reading = PictureStore(str(tmp_path))
    assert reading.locate(hashlib.sha256(b"picture").hexdigest())
    (tmp_path / "pictures" / f"{segment}.tar").unlink()
    with pytest.raises(DamagedStore, match="is gone"):
        reading.read(hashlib.sha256(b"picture").hexdigest())
    assert PictureStore(str(tmp_path)).find_many(["a", "b", "c"]).keys() == {"c"}
    keep(tmp_path, {"b": b"picture"})
    store = PictureStore(str(tmp_path))
    assert store.find_many(["a", "b", "c"]).keys() == {"b", "c"}
    assert store.read(hashlib.sha256(b"picture").hexdigest()) == b"picture"


def test_an_unknown_digest_is_an_error_and_an_unknown_url_is_none(tmp_path: Path) -> None:
    """To ask for a URL is a question; to read a digest is to rely on it."""
    store = PictureStore(str(tmp_path))
    assert store.find("a") is None
    with pytest.raises(DamagedStore, match="does not hold picture feed"):
        store.read("feed")


def test_what_the_host_sent_is_remembered_beside_what_is_held(tmp_path: Path) -> None:
    """They are the same unless the writer is told otherwise."""
    with PictureWriter(PictureStore(str(tmp_path))) as writer:
        plain = writer.add(b"small", 4, 3, "JPEG", origin("a"))
        resized = writer.add(b"small", 4, 3, "JPEG", origin("b"), original="feed")
    assert plain.original == plain.digest == resized.digest
    assert resized.original == "feed"
    assert PictureStore(str(tmp_path)).find("b") == resized


def test_an_older_index_is_of_pictures_held_as_they_came(tmp_path: Path) -> None:
    """Beside a newer one; its rows read as those of today."""
    stored = keep(tmp_path, {"a": b"first"})["a"]
    index = str(tmp_path / "pictures" / f"{stored.segment}.parquet")
    tables.write_table(index, tables.read_table(index).drop_columns(["original", "form"]))
    keep(tmp_path, {"b": b"second"})
    store = PictureStore(str(tmp_path))
    assert store.find("a") == stored
    assert store.find("b")
