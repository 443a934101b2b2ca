"""The pictures that are served, and how both clients' outputs are compared."""

import hashlib
import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from benchmarks.web.bomb import bomb
from benchmarks.web.outputs import Packed, compare, is_upright, read_outputs
from benchmarks.web.pictures import SIDES, TURNED_EVERY, draw, is_turned, path_of, with_comment

COUNT = TURNED_EVERY


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As many drawn pictures as have one among them that is turned."""
    folder = tmp_path_factory.mktemp("web") / "pictures"
    draw(folder, COUNT)
    return folder


def _small(data: bytes, upright: bool = True, quality: int = 90) -> bytes:
    with Image.open(io.BytesIO(data)) as picture:
        seen = ImageOps.exif_transpose(picture) if upright else picture
        sink = io.BytesIO()
        seen.resize((seen.width // 3, seen.height // 3)).save(sink, "JPEG", quality=quality)
        return sink.getvalue()


def _packed(data: bytes, original: bytes) -> Packed:
    return Packed(data, hashlib.sha256(original).hexdigest())


def test_pictures_are_as_large_as_the_webs_and_all_different(pictures: Path) -> None:
    """Sides, mean size and EXIF are as promised, and no two have the same bytes."""
    data = [path_of(pictures, number).read_bytes() for number in range(COUNT)]
    assert len(set(data)) == COUNT
    assert 70_000 < np.mean([len(one) for one in data]) < 140_000
    for number, one in enumerate(data):
        with Image.open(io.BytesIO(one)) as picture:
            assert SIDES[0] <= min(picture.size) <= max(picture.size) <= SIDES[1]
            assert (picture.getexif().get(0x0112, 1) == 6) == is_turned(number)


def test_a_comment_changes_the_bytes_and_no_pixel(pictures: Path) -> None:
    """What is repeated under other bytes is the same picture, turned where it was."""
    for number in (0, COUNT - 1):
        data = path_of(pictures, number).read_bytes()
        other = with_comment(data, "again")
        assert other != data
        with Image.open(io.BytesIO(data)) as one, Image.open(io.BytesIO(other)) as two:
            assert np.array_equal(np.asarray(one), np.asarray(two))
            assert one.getexif() == two.getexif()


def test_a_bomb_is_a_whole_picture() -> None:
    """A small one decodes to what its header says."""
    with Image.open(io.BytesIO(bomb(300))) as picture:
        picture.load()
        assert (picture.size, picture.mode) == ((300, 300), "RGB")


def test_a_picture_on_its_side_is_told_from_an_upright_one(pictures: Path) -> None:
    """Left lying, turned the wrong way, and upright."""
    original = path_of(pictures, COUNT - 1).read_bytes()
    upright = _small(original)
    sink = io.BytesIO()
    with Image.open(io.BytesIO(upright)) as picture:
        picture.rotate(180).save(sink, "JPEG")
    assert is_upright(_packed(upright, original), original)
    assert not is_upright(_packed(_small(original, upright=False), original), original)
    assert not is_upright(_packed(sink.getvalue(), original), original)


def test_outputs_are_compared_by_size_quality_hash_and_orientation(pictures: Path) -> None:
    """Of two clients, one leaves turned pictures lying, has one picture of another quality and one wrong hash."""
    originals = [path_of(pictures, number).read_bytes() for number in range(COUNT)]
    one = {number: _packed(_small(data), data) for number, data in enumerate(originals)}
    other = {number: _packed(_small(data, upright=False), data) for number, data in enumerate(originals)}
    other[0] = _packed(_small(originals[0], quality=80), originals[0])
    other[1] = Packed(other[1].data, "0" * 64)
    found = compare({"one": one, "other": other}, pictures)
    assert (found.both, found.straight, found.turned) == (COUNT, COUNT - 1, 1)
    assert (found.same_size, found.same_tables) == (COUNT - 1, COUNT - 2)
    assert found.hashes == {"one": COUNT, "other": COUNT - 1}
    assert found.wrongly_turned == {"one": 0, "other": 1}


def test_a_tar_that_breaks_off_gives_what_is_whole_in_it(tmp_path: Path) -> None:
    """A killed client's pictures count as far as they and their metadata were written."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as tar:
        for number in range(3):
            about = json.dumps({"url": f"http://127.0.2.1/{number}.jpg", "sha256": "00"}).encode()
            for name, data in ((f"{number:05d}.jpg", bytes(5000)), (f"{number:05d}.json", about)):
                member = tarfile.TarInfo(name)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
    (tmp_path / "0.tar").write_bytes(sink.getvalue())
    assert list(read_outputs(tmp_path)) == [0, 1, 2]
    (tmp_path / "0.tar").write_bytes(sink.getvalue()[: 2 * 6656 + 2000])
    assert list(read_outputs(tmp_path)) == [0, 1]
