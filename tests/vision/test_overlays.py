import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.scenes import scene
from vision.hashes import gray_thumbnail
from vision.overlays import uncovered

SEEDS = st.integers(0, 10_000)


def _levels(seed: int) -> np.ndarray:
    levels: np.ndarray = gray_thumbnail(scene(seed))[None].astype(np.float32)
    return levels


@given(SEEDS, st.integers(0, 39), st.integers(4, 6), st.floats(-120, 120), st.floats(0.5, 2), st.floats(-20, 20))
@settings(max_examples=40, deadline=None)
def test_a_covered_copy_agrees_where_it_is_not_covered(
    seed: int, top: int, height: int, change: float, contrast: float, light: float
) -> None:
    """Whatever a band of at most an eighth of the picture shows, and in other light and contrast, the rest agrees."""
    copy = _levels(seed).copy()
    copy[:, top : top + height] += change
    assert uncovered(contrast * copy + light, _levels(seed))[0] > 0.999


@given(st.lists(SEEDS, min_size=2, max_size=2, unique=True))
@settings(max_examples=40, deadline=None)
def test_different_pictures_do_not_agree(seeds: list[int]) -> None:
    """Leaving out where they agree least makes no copies of different pictures."""
    assert uncovered(_levels(seeds[0]), _levels(seeds[1]))[0] < 0.5


def test_one_gray_agrees_with_nothing() -> None:
    """Two things on one gray ground are different: with both left out nothing is there to agree on."""
    flat = np.full((1, 48, 48), 90, np.float32)
    one, other = flat.copy(), flat.copy()
    one[:, :6, :6], other[:, 20:24, 20:30] = 200, 150
    assert uncovered(flat, flat)[0] < 0
    assert uncovered(one, other)[0] < 0


def test_no_pictures_have_no_agreement() -> None:
    """Nothing to compare is not an error."""
    none = np.zeros((0, 24, 24), np.float32)
    assert uncovered(none, none).shape == (0,)
