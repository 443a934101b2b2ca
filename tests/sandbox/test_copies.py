import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageOps

from sandbox.copies import AMOUNTS, Change, Transform, draw_transforms, make_copy
from sandbox.seeded import seeded
from tests.corpora import NOUNS, Drawn, draw_picture

AMOUNT = {Change.JPEG: (30.0,), Change.SCALE: (0.5,), Change.CROP: (0.1, 0.0, 0.05, 0.1), Change.BRIGHTNESS: (0.8,)}


def _original(seed: int = 0) -> bytes:
    sink = io.BytesIO()
    draw_picture(Drawn("Teal-Kite", NOUNS[0], 0, 0, 0.47, 3), 128, (seed,)).save(sink, "JPEG", quality=92)
    return sink.getvalue()


def _look(data: bytes, mirrored: bool = False) -> NDArray[np.float64]:
    """A normalized gray thumbnail, flattened."""
    picture: Image.Image = Image.open(io.BytesIO(data))
    if mirrored:
        picture = ImageOps.mirror(picture)
    pixels = np.asarray(picture.convert("L").resize((16, 16)), dtype=np.float64).ravel()
    centered: NDArray[np.float64] = pixels - pixels.mean()
    return centered / float(np.linalg.norm(centered))


def _likeness(one: bytes, other: bytes) -> float:
    """The better correlation of two pictures, as they are and with one mirrored."""
    return max(float(_look(one) @ _look(other)), float(_look(one) @ _look(other, mirrored=True)))


@pytest.mark.parametrize("change", Change)
def test_every_change_alters_the_bytes_and_leaves_the_picture_recognizable(change: Change) -> None:
    """The copy is nearer to its original than another picture of the same class is."""
    original = _original()
    copy = make_copy(original, [Transform(change, AMOUNT.get(change, ()))])
    assert copy != original
    assert _likeness(original, copy) > max(0.7, _likeness(original, _original(1)))


def test_each_change_does_what_its_name_says() -> None:
    """Sizes, sides, colors and light change as ordered, and JPEG quality makes smaller files."""
    original = _original()

    def copy(change: Change) -> Image.Image:
        return Image.open(io.BytesIO(make_copy(original, [Transform(change, AMOUNT.get(change, ()))])))

    assert copy(Change.SCALE).size == (64, 64)
    assert copy(Change.CROP).size == (128 - 13 - 6, 128 - 13)
    assert np.ptp(np.asarray(copy(Change.GRAY)), axis=2).max() <= 2
    assert np.asarray(copy(Change.BRIGHTNESS)).mean() == pytest.approx(0.8 * _mean(original), rel=0.03)
    mirrored = make_copy(original, [Transform(Change.FLIP, ())])
    assert _look(original) @ _look(mirrored, mirrored=True) > 0.99 > _look(original) @ _look(mirrored)
    assert len(make_copy(original, [Transform(Change.JPEG, (30.0,))])) < len(mirrored) / 2


def _mean(data: bytes) -> float:
    return float(np.asarray(Image.open(io.BytesIO(data))).mean())


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=50)
def test_a_copy_takes_one_or_two_different_changes_within_their_ranges(seed: int) -> None:
    """What is drawn is what the yardstick says, and the same seed draws the same."""
    drawn = draw_transforms(seeded(seed))
    assert drawn == draw_transforms(seeded(seed))
    assert 1 <= len({t.change for t in drawn}) == len(drawn) <= 2
    for transform in drawn:
        count, low, high = AMOUNTS[transform.change]
        assert len(transform.amounts) == count
        assert all(low <= amount <= high for amount in transform.amounts)


def test_no_transform_leaves_the_bytes_alone() -> None:
    """An original is served as the corpus has it."""
    assert make_copy(b"anything", ()) == b"anything"
