import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from sandbox.herbarium.canvas import SIDE
from sandbox.herbarium.drawing import draw_jpeg, draw_picture
from sandbox.herbarium.objects import OBJECTS
from sandbox.herbarium.species import COLORS, COUNTS, EYES, LEAVES, PATTERNS, PETALS, Species

PLAIN = Species("round", "oval", 5, "violet", ("plain", ""), "yellow")
OTHERS = [
    *(replace(PLAIN, petal=petal) for petal in PETALS if petal != "round"),
    *(replace(PLAIN, leaf=leaf) for leaf in LEAVES if leaf != "oval"),
    *(replace(PLAIN, count=count) for count in COUNTS if count != 5),
    *(replace(PLAIN, color=color) for color in COLORS if color != "violet"),
    *(replace(PLAIN, markings=(pattern, "white")) for pattern in PATTERNS if pattern != "plain"),
    *(replace(PLAIN, eye=eye) for eye in EYES if eye != "yellow"),
]


def _pixels(subject: Species | str, seed: int) -> np.ndarray:
    return np.asarray(draw_picture(subject, np.random.default_rng(seed)), dtype=np.float64)


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: other.name)
def test_every_attribute_can_be_seen(other: Species) -> None:
    """In one pose and light, a species that differs in one attribute looks different in most of ten pictures."""
    changed = [np.abs(_pixels(PLAIN, seed) - _pixels(other, seed)).max(2) > 24 for seed in range(10)]
    assert np.median([np.count_nonzero(where) for where in changed]) > 40


@pytest.mark.parametrize("subject", [PLAIN, *OBJECTS], ids=str)
def test_a_picture_follows_from_its_seed(subject: Species | str) -> None:
    """The same seed draws the same bytes, another one another picture."""
    first, again, other = (draw_jpeg(subject, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again != other
    with Image.open(io.BytesIO(first)) as opened:
        assert (opened.format, opened.size, opened.mode) == ("JPEG", (SIDE, SIDE), "RGB")


def test_no_two_pictures_of_a_species_are_near_duplicates() -> None:
    """Pose, ground and light vary more than any copy does."""
    small = np.stack([_pixels(PLAIN, seed).mean(2)[::4, ::4].ravel() for seed in range(30)])
    alike = np.corrcoef(small)[~np.eye(30, dtype=bool)]
    assert alike.max() < 0.9
