"""Pictures changed at random: within their bounds, and the same for a seed wherever that is."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.vision.scenes import scene
from training.augment import ERASED_AREA, augmented, cut_and_flip, erased
from training.config import Augment
from vision.inputs import Input

SHAPE = Input(48, squash=False, crop_share=0.9, interpolation="bicubic", mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2))
HEAVY = Augment(least_area=0.08, aspect=4 / 3, rand_augment=9, erasing=0.5)
SIZES = st.tuples(st.integers(1, 90), st.integers(1, 90))


def plain_cut(picture: Image.Image, seed: int) -> bytes:
    """A square of a quarter to all of the area, mirrored half of the time: what the default has always meant."""
    rng, (width, height) = np.random.default_rng(seed), picture.size
    side = min(int(math.sqrt(rng.uniform(0.25, 1) * width * height)), width, height)
    left, top = rng.integers(width - side + 1), rng.integers(height - side + 1)
    cut = picture.crop((int(left), int(top), int(left) + side, int(top) + side))
    return (cut.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else cut).tobytes()


@pytest.mark.parametrize("size", [(40, 48), (64, 20), (3, 7)])
def test_the_default_cuts_squares(size: tuple[int, int]) -> None:
    """Of the bytes that the rule gives, draw by draw."""
    picture = scene(0, *size)
    for seed in range(50):
        assert cut_and_flip(picture, Augment(), np.random.default_rng(seed)).tobytes() == plain_cut(picture, seed)


@settings(deadline=None)
@given(size=SIZES, least=st.floats(0.01, 1), aspect=st.floats(1, 4), seed=st.integers(0, 2**32 - 1))
def test_cuts_keep_their_bounds(size: tuple[int, int], least: float, aspect: float, seed: int) -> None:
    """Inside the picture, never longer than `aspect` allows, and of the least area wherever that shape fits."""
    augment = Augment(least_area=least, aspect=aspect)
    wide, high = cut_and_flip(Image.new("RGB", size), augment, np.random.default_rng(seed)).size
    assert 1 <= wide <= size[0]
    assert 1 <= high <= size[1]
    # A side of n whole pixels was one of less than n + 1 before it was rounded down.
    assert (wide + 1) / high >= 1 / aspect
    assert (high + 1) / wide >= 1 / aspect
    fits = min(size) / max(size) >= aspect * least
    assert not fits or (wide + 1) * (high + 1) >= least * size[0] * size[1]


def test_aspects_are_even_in_their_logarithm() -> None:
    """As many cuts are wide as are high, and half of each by more than the root of the largest ratio."""
    picture, augment = Image.new("RGB", (1000, 1000)), Augment(least_area=0.1, aspect=1.44)
    sizes = [cut_and_flip(picture, augment, np.random.default_rng(seed)).size for seed in range(2000)]
    logarithms = [math.log(wide / high) / math.log(1.44) for wide, high in sizes]
    quarters = np.quantile(logarithms, [0.25, 0.5, 0.75])
    # The largest cuts of a square are square: the ends are somewhat rarer than the middle.
    assert quarters == pytest.approx([-0.5, 0, 0.5], abs=0.08)


@pytest.mark.parametrize(("flip", "mirrored"), [(True, 0.5), (False, 0.0)])
def test_half_are_mirrored_where_that_is_asked(flip: bool, mirrored: float) -> None:
    """Told by which half of the picture is white."""
    picture = Image.new("L", (20, 20))
    picture.paste(255, (10, 0, 20, 20))
    whole = Augment(least_area=1, flip=flip)
    left = [cut_and_flip(picture, whole, np.random.default_rng(seed)).getpixel((0, 0)) for seed in range(400)]
    assert np.mean([value == 255 for value in left]) == pytest.approx(mirrored, abs=0.08)


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 2**32 - 1))
def test_erasing_makes_noise_of_one_rectangle(seed: int) -> None:
    """Of 2% to a third of the square; around it nothing changes, nor does the picture that was given."""
    before = np.full((64, 64, 3), 7, dtype=np.uint8)
    after = erased(before, np.random.default_rng(seed))
    rows, columns = np.nonzero((after != before).any(axis=2))
    noise = after[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    share = noise.shape[0] * noise.shape[1] / 64**2
    assert ERASED_AREA[0] - 0.01 <= share <= ERASED_AREA[1]
    assert np.mean(noise == 7) < 0.1
    assert (before == 7).all()


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_so_many_are_erased_as_asked(share: float) -> None:
    """Told by a black picture, which nothing else changes."""
    black, augment = Image.new("RGB", (50, 50)), Augment(erasing=share)
    changed = [augmented(black, SHAPE, augment, seed).any() for seed in range(300)]
    assert np.mean(changed) == pytest.approx(share, abs=0.08)


def test_nothing_more_is_cut_away_from_a_cut() -> None:
    """Whatever the encoder crops of a whole picture: both edges of a wide one are seen."""
    picture = Image.new("RGB", (80, 40), "gray")
    picture.paste((255, 0, 0), (0, 0, 4, 40))
    picture.paste((0, 0, 255), (76, 0, 80, 40))
    wide = Augment(least_area=1, aspect=2, flip=False)
    seen = [augmented(picture, SHAPE, wide, seed) for seed in range(200)]
    assert any(one[24, 0, 0] > 200 and one[24, -1, 2] > 200 for one in seen)


def test_a_seed_is_a_picture_whoever_draws() -> None:
    """Threads at once, and draws from everybody's generators in between, change nothing."""
    pictures = [scene(number, 80, 60) for number in range(4)]

    def one(seed: int) -> bytes:
        np.random.random()
        return augmented(pictures[seed % 4], SHAPE, HEAVY, seed).tobytes()

    alone = [augmented(pictures[seed % 4], SHAPE, HEAVY, seed).tobytes() for seed in range(40)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(40))) == alone
    assert len(set(alone)) == 40
