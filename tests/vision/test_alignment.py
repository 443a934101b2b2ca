import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

from tests.vision.scenes import GROCERY, cropped, encoded, photographs, scene
from vision.alignment import HOPELESS, alignment
from vision.cuts import MAX_CUT, correlations, resampling
from vision.decode import decode
from vision.hashes import SIDE, gray_thumbnail

CUTS = st.tuples(*[st.floats(0, MAX_CUT)] * 4)


def _fit(copy: Image.Image, original: Image.Image) -> float:
    one, other = gray_thumbnail(copy)[None], gray_thumbnail(original)[None]
    return float(alignment(one, other, np.array([[0, 0]]))[0])


@given(st.integers(0, 10_000), CUTS, st.booleans(), st.floats(0.8, 1.1))
@settings(max_examples=40, deadline=None)
def test_crops_fit_their_original(seed: int, cuts: tuple[float, ...], flip: bool, light: float) -> None:
    """A crop of up to 10% a side fits, mirrored or not, in other light and saved again."""
    original = scene(seed, 348, 300)
    copy = ImageEnhance.Brightness(cropped(original, *cuts)).enhance(light)
    copy = decode(encoded(ImageOps.mirror(copy) if flip else copy, quality=60), 10**6)
    assert _fit(copy, original) > 0.98


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=2, unique=True))
@settings(max_examples=40, deadline=None)
def test_different_pictures_do_not_fit(seeds: list[int]) -> None:
    """Two different pictures correlate far less than a copy does, under any crop."""
    assert _fit(scene(seeds[0]), scene(seeds[1])) < 0.9


@given(st.integers(0, 10_000), st.booleans())
@settings(max_examples=30, deadline=None)
def test_a_watermark_hides_no_copy(seed: int, flip: bool) -> None:
    """Half-transparent words across a copy do not keep it from fitting, mirrored or not."""
    original = scene(seed, 348, 300)
    copy = original.convert("RGBA")
    words = Image.new("RGBA", copy.size, (255, 255, 255, 0))
    font, middle = ImageFont.load_default(original.width / 8), (original.width / 2, original.height / 2)
    ImageDraw.Draw(words).text(middle, "© EXAMPLE", font=font, fill=(255, 255, 255, 128), anchor="mm")
    marked = Image.alpha_composite(copy, words).convert("RGB")
    assert _fit(ImageOps.mirror(marked) if flip else marked, original) > 0.98


@given(st.integers(0, 10_000), st.integers(0, 10_000), CUTS)
@settings(max_examples=30, deadline=None)
def test_mirroring_changes_nothing(seed: int, other: int, cuts: tuple[float, ...]) -> None:
    """Copy and original mirrored together, or the copy alone, fit as they did before."""
    copy, original = cropped(scene(seed), *cuts), scene(seed if other % 2 else other)
    one, theirs = gray_thumbnail(copy)[None], gray_thumbnail(original)[None]
    straight, both, alone = (
        alignment(first, second, np.array([[0, 0]]))[0]
        for first, second in ((one, theirs), (one[:, :, ::-1], theirs[:, :, ::-1]), (one[:, :, ::-1], theirs))
    )
    assert both == pytest.approx(straight, abs=1e-4)
    assert alone == pytest.approx(straight, abs=1e-4)


def test_pairs_are_scored_one_by_one() -> None:
    """The score of a pair does not depend on which other pairs are asked for."""
    thumbnails = np.stack([gray_thumbnail(scene(seed % 7)) for seed in range(9)])
    pairs = np.array([(i, j) for i in range(9) for j in range(9)])
    together = alignment(thumbnails, thumbnails, pairs).reshape(9, 9)
    alone = [[alignment(thumbnails, thumbnails, np.array([(i, j)]))[0] for j in range(9)] for i in range(9)]
    assert np.allclose(together, alone, atol=1e-4)
    assert (np.diag(together) > 0.999).all()


def test_no_pairs_give_no_scores() -> None:
    """Nothing to align is not an error."""
    none = np.zeros((0, SIDE, SIDE), np.uint8)
    assert alignment(none, none, np.zeros((0, 2), np.int64)).shape == (0,)


def test_flat_picture_fits_nothing() -> None:
    """One gray has no structure to align, not even with itself."""
    flat = Image.new("RGB", (64, 64), "gray")
    assert _fit(flat, scene(1)) < HOPELESS[0]
    assert _fit(flat, flat) < HOPELESS[0]


def test_resampling_keeps_brightness_and_shares_of_pixels() -> None:
    """Every row of a cut is a mean, and a cut of half a picture takes its other half."""
    cuts = resampling(np.array([0.0, 0.5]), np.array([0.0, 0.0]), 4, 8)
    assert np.allclose(cuts.sum(-1), 1)
    assert np.allclose(cuts[1], np.eye(8)[4:])


@given(st.floats(0, MAX_CUT), st.floats(0, MAX_CUT), st.lists(st.floats(-9, 9), min_size=3, max_size=3))
def test_resampling_is_exact_for_smooth_pictures(before: float, after: float, of: list[float]) -> None:
    """The means of a parabola's parts come out right wherever the cuts fall."""
    pixels, source = 6, 12

    def means(edges: np.ndarray) -> np.ndarray:
        return np.diff(sum(a * edges ** (k + 1) / (k + 1) for k, a in enumerate(of))) / np.diff(edges)

    cut = resampling(np.array(before), np.array(after), pixels, source)
    whole, kept = means(np.linspace(0, 1, source + 1)), means(np.linspace(before, 1 - after, pixels + 1))
    assert np.allclose(cut @ whole, kept, atol=1e-3)


def test_correlations_are_those_of_the_cut_original() -> None:
    """The shared products give what cutting first and correlating then gives."""
    rng = np.random.default_rng(0)
    original, copy = rng.normal(size=(1, 8, 8)).astype(np.float32), rng.normal(size=(4, 4)).astype(np.float32)
    copy = (copy - copy.mean()) / np.linalg.norm(copy - copy.mean())
    before = np.array([0.0, 0.1, 0.05], np.float32)
    cuts = resampling(before, before[::-1].copy(), 4, 8)
    found = correlations(copy[None], original - original.mean(), cuts[None], cuts[None])[0]
    for i, rows in enumerate(cuts):
        for j, columns in enumerate(cuts):
            cut = rows @ original[0] @ columns.T
            assert found[i, j] == pytest.approx(np.corrcoef(cut.ravel(), copy.ravel())[0, 1], abs=1e-3)


@pytest.mark.skipif(not GROCERY.is_dir(), reason="the Grocery Store Dataset is not beside the repository")
def test_photographs_fit_their_crops_and_not_each_other() -> None:
    """Among photographs, crops and only crops reach the score from which a picture is a copy."""
    pictures = [decode(path.read_bytes(), 10**8) for path in photographs(40)]
    originals = np.stack([gray_thumbnail(picture) for picture in pictures])
    copies = np.stack([gray_thumbnail(cropped(picture, 0.09, 0.03, 0.06, 0.1)) for picture in pictures])
    every = np.array([(i, j) for i in range(40) for j in range(40)])
    scores = alignment(copies, originals, every).reshape(40, 40)
    assert np.diag(scores).min() > 0.98
    assert scores[~np.eye(40, dtype=bool)].max() < 0.9
