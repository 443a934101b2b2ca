"""The plane of the feature map: the same every time, turned and scaled without a lie, measured outside of it."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import pdist

from tasks.report.feature_files import Points
from tasks.report.feature_plane import fitted, nearer_to_own, project, turned

PROJECT = Path(__file__).parents[3]

planes = st.integers(2, 12).flatmap(
    lambda count: arrays(np.float64, (count, 2), elements=st.floats(-100, 100, allow_subnormal=False))
)


def heaps(*sizes: int, seed: int = 0) -> tuple[Points, ...]:
    """Unit vectors of 16 dimensions around as many directions at right angles."""
    rng = np.random.default_rng(seed)
    found = []
    for place, size in enumerate(sizes):
        points = 0.05 * rng.normal(size=(size, 16))
        points[:, place] += 1
        found.append(points / np.linalg.norm(points, axis=1, keepdims=True))
    return tuple(found)


def test_the_same_points_have_the_same_map() -> None:
    """Bit for bit; and heaps that are apart among the features are so on the map."""
    points = heaps(20, 20)
    placed = project(np.concatenate(points))
    assert np.array_equal(placed, project(np.concatenate(points)))
    assert nearer_to_own(placed[:20], placed[20:]) == 1


@pytest.mark.parametrize("count", [5, 6, 17])
def test_few_points_have_a_map(count: int) -> None:
    """Copies of one another too."""
    (points,) = heaps(count)
    points[1] = points[0]
    placed = project(points)
    assert placed.shape == (count, 2)
    assert np.isfinite(placed).all()


@pytest.mark.parametrize("count", [5, 6, 8, 10, 20])
@pytest.mark.parametrize("kinds", [1, 2, 3])
def test_copies_have_the_same_map_too(count: int, kinds: int) -> None:
    """Also where all rows are copies of one, or of two or three."""
    points = np.concatenate([np.repeat(heap, count, axis=0) for heap in heaps(*[1] * kinds)])[:count]
    assert np.array_equal(project(points), project(points))


def test_heaps_of_one_mean_are_not_turned() -> None:
    """There is no direction from one to the other; the points stay where they are."""
    points = np.array([[-1.0, 0], [1, 0], [0, -1], [0, 1]])
    assert np.array_equal(turned(points, points[:2], points[2:]), points)


@given(planes)
def test_turning_keeps_distances_and_puts_the_head_left(points: Points) -> None:
    """The tail's mean lies to the right of the head's, at the same height."""
    moved = turned(points, points[:1], points[1:])
    assert pdist(moved) == pytest.approx(pdist(points), abs=1e-6)
    between = moved[1:].mean(axis=0) - moved[0]
    assert between[0] >= -1e-9
    assert between[1] == pytest.approx(0, abs=1e-6)


@given(planes)
def test_points_fill_the_plane_and_keep_their_shape(points: Points) -> None:
    """All lie within it, and one factor is that of all distances."""
    moved = fitted(points, 520, 400)
    assert (moved >= -1e-6).all()
    assert (moved <= np.array([520, 400]) + 1e-6).all()
    spans = np.ptp(points, axis=0)
    if spans.max() > 1e-3:
        factor = min(520 / max(spans[0], 1e-30), 400 / max(spans[1], 1e-30))
        assert pdist(moved) == pytest.approx(factor * pdist(points), rel=1e-6, abs=1e-6)


def test_heaps_apart_are_all_nearer_to_their_own_mean() -> None:
    """And two draws of one heap are so about half of the time: a point has no part in the mean that it is held to."""
    assert nearer_to_own(*heaps(10, 3)) == 1
    (one,) = heaps(400)
    assert nearer_to_own(one[:200], one[200:]) == pytest.approx(0.5, abs=0.1)


def test_a_class_counts_as_much_as_the_other() -> None:
    """However many points it has: both of two lie nearer to a class of a hundred."""
    head, tail = heaps(100, 2)
    tail[0] = head[0]
    assert nearer_to_own(head, tail) == 0.5


@pytest.mark.slow
def test_another_process_draws_the_same_map_and_leaves_nothing(tmp_path: Path) -> None:
    """Nothing is written where packages lie, nor into a home, which a worker may not have."""
    specs = [find_spec(name) for name in ("umap", "pynndescent")]
    places = [tmp_path, *(Path(spec.origin).parent for spec in specs if spec and spec.origin)]

    def compiled() -> set[Path]:
        return {found for place in places for found in place.rglob("*.nb?")}

    before = compiled()
    code = (
        "import numpy as np; from tasks.report.feature_plane import project;"
        "from tests.tasks.report.test_feature_plane import heaps;"
        "placed = project(np.concatenate(heaps(20, 20))); print(placed.tobytes().hex())"
    )
    own = os.environ | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=own, check=True, capture_output=True, text=True
    )
    assert said.stdout.strip() == project(np.concatenate(heaps(20, 20))).tobytes().hex()
    assert compiled() == before
