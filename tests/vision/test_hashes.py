import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageOps

from tests.vision.bits import hamming
from tests.vision.scenes import GROCERY, encoded, photographs, scene
from vision.decode import decode
from vision.hashes import BITS, SIDE, gray_thumbnail, perceptual_hashes

SEEDS = st.integers(0, 10_000)


def _hash(picture: Image.Image) -> np.ndarray:
    return np.frombuffer(perceptual_hashes(gray_thumbnail(picture))[0], np.uint8)[None]


def _distance(one: Image.Image, other: Image.Image) -> int:
    return int(hamming(_hash(one), _hash(other))[0, 0])


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_flipped_hash_is_the_hash_of_the_mirror_image(seed: int) -> None:
    """The two hashes of a thumbnail are exactly those of its mirror image, swapped."""
    thumbnail = gray_thumbnail(scene(seed))
    assert perceptual_hashes(thumbnail) == perceptual_hashes(thumbnail[:, ::-1])[::-1]


@given(SEEDS, st.sampled_from(["jpeg", "scale", "bright", "gray"]))
@settings(max_examples=40, deadline=None)
def test_hash_survives_what_the_web_does(seed: int, change: str) -> None:
    """Saving again, another size, brightness and gray move a few bits at most."""
    picture = scene(seed)
    changed = {
        "jpeg": lambda: decode(encoded(picture, quality=30), 10**6),
        "scale": lambda: picture.resize((101, 83)),
        "bright": lambda: ImageEnhance.Brightness(picture).enhance(0.8),
        "gray": lambda: ImageOps.grayscale(picture).convert("RGB"),
    }[change]()
    assert _distance(picture, changed) <= 8


@given(st.lists(SEEDS, min_size=2, max_size=2, unique=True))
@settings(max_examples=25, deadline=None)
def test_hashes_of_different_pictures_are_far_apart(seeds: list[int]) -> None:
    """Two different pictures differ in many bits."""
    assert _distance(scene(seeds[0]), scene(seeds[1])) > 12


def test_hamming_counts_bits() -> None:
    """Distances are those of the bits, for every pair."""
    left = np.array([[0] * 8, [255] * 8], np.uint8)
    right = np.array([[0] * 8, [255] * 8, [1, 0, 0, 0, 0, 0, 0, 128]], np.uint8)
    assert hamming(left, right).tolist() == [[0, BITS, 2], [BITS, 0, BITS - 2]]


@pytest.mark.parametrize("size", [(1, 1), (5, 900), (30, 30), (1000, 600)])
def test_thumbnail_is_square_for_any_size(size: tuple[int, int]) -> None:
    """Tiny and long pictures have a thumbnail too."""
    thumbnail = gray_thumbnail(Image.new("RGB", size, "teal"))
    assert thumbnail.shape == (SIDE, SIDE)
    assert thumbnail.dtype == np.uint8
    assert all(len(code) * 8 == BITS for code in perceptual_hashes(thumbnail))


@pytest.mark.skipif(not GROCERY.is_dir(), reason="the Grocery Store Dataset is not beside the repository")
def test_mirrored_photographs_are_found_by_the_flipped_hash() -> None:
    """On photographs the flipped hash is at most a few bits from the mirror image's own."""
    for path in photographs(20):
        picture = decode(path.read_bytes(), 10**8)
        flipped = np.frombuffer(perceptual_hashes(gray_thumbnail(picture))[1], np.uint8)[None]
        assert hamming(flipped, _hash(ImageOps.mirror(picture)))[0, 0] <= 4
