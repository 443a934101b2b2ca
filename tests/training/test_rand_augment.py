"""RandAugment: as strong as its magnitude, and no draws but its generator's."""

import numpy as np
import pytest
from PIL import Image

from tests.vision.scenes import scene
from training.rand_augment import CHANGES, SIGNED, rand_augment
from vision.preprocess import Pixels

GRAY = (0.5, 0.5, 0.5)
FILL = (128, 128, 128)
PIXELS: Pixels = np.array(scene(1, 64, 64))


def drawn(magnitude: int, changes: int, seed: int) -> Pixels:
    """The scene after so many draws."""
    return rand_augment(PIXELS, magnitude, changes, GRAY, np.random.default_rng(seed))


def distance(changed: Image.Image) -> float:
    """How far a changed scene is from the scene, in levels of a color."""
    return float(np.abs(np.asarray(changed, dtype=float) - PIXELS).mean())


@pytest.mark.parametrize("name", sorted(set(CHANGES) - {"autocontrast", "equalize"}))
def test_a_change_grows_with_its_level(name: str) -> None:
    """From next to nothing at level 0; those of two directions in both."""
    picture, change = Image.fromarray(PIXELS), CHANGES[name]
    assert distance(change(picture, 0.0, FILL)) < 1
    for sign in (1, -1) if name in SIGNED else (1,):
        weak, strong = (distance(change(picture, sign * level, FILL)) for level in (0.3, 0.9))
        assert 0 < weak < strong


@pytest.mark.parametrize("name", sorted(SIGNED))
def test_two_directions_are_two_pictures(name: str) -> None:
    """Else half of the draws would be the other half."""
    ahead, back = (CHANGES[name](Image.fromarray(PIXELS), level, FILL).tobytes() for level in (0.5, -0.5))
    assert ahead != back


def test_a_picture_keeps_its_shape() -> None:
    """Whatever is drawn."""
    for seed in range(60):
        changed = drawn(9, 3, seed)
        assert changed.shape == (64, 64, 3)
        assert changed.dtype == np.uint8


@pytest.mark.parametrize(("changes", "untouched"), [(1, 0.5), (2, 0.25), (3, 0.125)])
def test_each_draw_is_made_half_of_the_time(changes: int, untouched: float) -> None:
    """So of n draws no change is left in 2 ** -n of the pictures."""
    same = [np.array_equal(drawn(9, changes, seed), PIXELS) for seed in range(600)]
    assert np.mean(same) == pytest.approx(untouched, abs=0.06)


def test_every_change_is_drawn() -> None:
    """In both directions where it has two: each turns up among a thousand pictures of one draw."""
    picture = Image.fromarray(PIXELS)
    wanted = {
        CHANGES[name](picture, level, FILL).tobytes()
        for name in CHANGES
        for level in ((0.9, -0.9) if name in SIGNED else (0.9,))
    }
    assert wanted <= {drawn(9, 1, seed).tobytes() for seed in range(1000)}


def test_what_moves_in_has_the_mean_color() -> None:
    """Which is zero for the network."""
    changed = np.array(CHANGES["translate_x"](Image.fromarray(PIXELS), 1.0, (1, 2, 3)))
    assert (changed[:, -20:] == (1, 2, 3)).all()
