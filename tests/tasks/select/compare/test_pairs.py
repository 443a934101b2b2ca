"""The copies between two data sets: each is found whatever was done to it, and nothing else."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from storage.fingerprint import fingerprint
from storage.records import Cataloged, CopyKind, Embedded, Leak
from tasks.select.compare.config import CompareConfig
from tasks.select.compare.pairs import DataSet, find_copies
from tests.vision.scenes import cropped, encoded, scene
from vision.decode import decode
from vision.hashes import gray_thumbnail, perceptual_hashes
from vision.vectors import Vectors

DONE: dict[str, Callable[[Image.Image], bytes]] = {
    "resized": lambda picture: encoded(picture.resize((90, 70))),
    "q30": lambda picture: encoded(picture, quality=30),
    "flipped": lambda picture: encoded(ImageOps.mirror(picture)),
    "cropped": lambda picture: encoded(cropped(picture, 0.05, 0.02, 0.08, 0.0)),
    "gray": lambda picture: encoded(picture.convert("L")),
}
CONFIG = CompareConfig()


def data_set(files: Mapping[str, bytes], unreadable: frozenset[str] = frozenset()) -> DataSet:
    """A data set of these files, hashed and without vectors."""
    rows = [Cataloged(key, hashlib.sha256(data).hexdigest(), "", 0, len(data)) for key, data in files.items()]
    by_digest = {row.digest: files[row.key] for row in rows if row.key not in unreadable}
    embedded = []
    for digest, data in by_digest.items():
        thumbnail = gray_thumbnail(decode(data, 1 << 24))
        embedded.append(Embedded(digest, *perceptual_hashes(thumbnail), thumbnail.tobytes()))
    return DataSet(rows, Vectors.of_rows(embedded, np.zeros((len(embedded), 0), np.float32)))


@pytest.fixture(scope="module")
def scenes() -> dict[str, bytes]:
    """Thirty pictures that are no copies of one another."""
    return {f"{seed}.png": encoded(scene(seed), "PNG") for seed in range(30)}


def test_every_planted_copy_is_found_and_nothing_else(scenes: dict[str, bytes]) -> None:
    """With the pair's keys and its kind; the same bytes are certain."""
    planted = {f"of{seed}/{how}.jpg": make(scene(seed)) for seed in (40, 41) for how, make in DONE.items()}
    a = data_set({**scenes, **planted, "bytes.png": encoded(scene(42), "PNG")})
    b = data_set({f"{seed}.png": encoded(scene(seed), "PNG") for seed in range(40, 60)})
    found = find_copies(a, b, CONFIG)
    wanted = {(key, f"{key[2:4]}.png") for key in planted} | {("bytes.png", "42.png")}
    assert {(row.a, row.b) for row in found} == wanted
    assert [row for row in found if row.kind is CopyKind.SAME_BYTES] == [
        Leak("bytes.png", "42.png", 1.0, CopyKind.SAME_BYTES)
    ]
    assert all(CONFIG.score <= row.score <= 1 for row in found)
    assert [row.score for row in found] == sorted((row.score for row in found), reverse=True)


def test_either_side_may_be_asked(scenes: dict[str, bytes]) -> None:
    """A's copies in B are B's copies in A."""
    a, b = data_set(scenes), data_set({f"{seed}.jpg": DONE["cropped"](scene(seed)) for seed in range(0, 50, 5)})
    turned = {replace(row, a=row.b, b=row.a) for row in find_copies(b, a, CONFIG)}
    assert set(find_copies(a, b, CONFIG)) == turned
    assert len(turned) == 6


def test_more_copies_than_a_shortlist_are_all_found() -> None:
    """Each of them has the one picture among its own nearest."""
    many = {f"{width}.jpg": encoded(scene(1).resize((width, 80))) for width in range(60, 100)}
    found = find_copies(data_set(many), data_set({"b.png": encoded(scene(1), "PNG")}), CompareConfig(shortlist=3))
    assert {row.a for row in found} == set(many)


@settings(max_examples=30, deadline=None)
@given(ours=st.lists(st.integers(0, 2), max_size=7), theirs=st.lists(st.integers(0, 2), max_size=7))
def test_equal_files_are_all_told_in_few_pairs(ours: list[int], theirs: list[int]) -> None:
    """Every key with a twin on the other side is in some pair, and pairs are no more than keys; none is unreadable."""
    a = data_set({f"a{place}": b"%d" % what for place, what in enumerate(ours)}, frozenset(f"a{i}" for i in range(7)))
    b = data_set({f"b{place}": b"%d" % what for place, what in enumerate(theirs)}, frozenset(f"b{i}" for i in range(7)))
    found = find_copies(a, b, CONFIG)
    assert {row.a for row in found} == {f"a{place}" for place, what in enumerate(ours) if what in theirs}
    assert {row.b for row in found} == {f"b{place}" for place, what in enumerate(theirs) if what in ours}
    assert len(found) == len(set(found)) <= len(ours) + len(theirs)
    assert all(ours[int(row.a[1:])] == theirs[int(row.b[1:])] for row in found)


def test_one_data_set_is_searched_for_duplicates(scenes: dict[str, bytes]) -> None:
    """Each pair once, no picture with itself; of three equal files two pairs with the first."""
    files = {**scenes, "x.jpg": DONE["flipped"](scene(3)), "z.png": scenes["7.png"], "y.png": scenes["7.png"]}
    one = data_set(files)
    found = find_copies(one, one, CONFIG)
    assert {frozenset((row.a, row.b)) for row in found} == {
        frozenset(pair) for pair in (("x.jpg", "3.png"), ("7.png", "y.png"), ("7.png", "z.png"))
    }
    assert len(found) == 3


def test_of_nothing_there_are_no_copies(scenes: dict[str, bytes]) -> None:
    """Where one side could not be read at all, bytes alone are compared."""
    assert find_copies(data_set({}), data_set(scenes), CONFIG) == []


def test_whatever_changes_what_is_found_or_shown_is_in_the_key() -> None:
    """Else another page would be asked for, and the old one given."""
    changed = {"score": 0.99, "shortlist": 3, "shown": 5}
    assert set(changed) == set(CompareConfig.model_fields)
    keys = {fingerprint(CompareConfig(**{name: value})) for name, value in changed.items()}
    assert len(keys | {fingerprint(CompareConfig())}) == 4
