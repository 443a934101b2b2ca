from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.copies.forms import FORMS, ORIGINAL, chosen, encoded, name, number_of, write
from benchmarks.copies.million import COPIES, DIM, crowd
from benchmarks.copies.peer import Reported
from benchmarks.copies.report import missed
from benchmarks.copies.score import Contest, Pairs, false_positives, recall, shortfalls
from tests.vision.scenes import GROCERY, scene

FORM = "flip"


def _pair(one: str, other: str) -> tuple[str, str]:
    first, second = sorted((one, other))
    return first, second


def _found(*numbers: int) -> Pairs:
    return {_pair(name(ORIGINAL, number), name(FORM, number)) for number in numbers}


def test_recall_is_of_originals_with_their_own_copies() -> None:
    """Pairs of copies of two photographs, and of two originals, find nothing."""
    wrong = {_pair(name(ORIGINAL, 0), name(FORM, 1)), _pair(name(ORIGINAL, 2), name(ORIGINAL, 3))}
    assert recall(_found(0, 3) | wrong, FORM, 4) == 0.5


def test_false_positives_are_pairs_of_different_photographs_each_once() -> None:
    """Two originals that are taken for copies with every form count once; copies of one photograph never."""
    wrong = {_pair(name(ORIGINAL, 2), name(ORIGINAL, 3))}
    by_form = {FORM: _found(1) | wrong, "gray": wrong}
    assert false_positives(by_form) == wrong


def test_what_the_peer_does_better_is_told() -> None:
    """A form that a method finds more of, and mistakes that it does not make, are each named."""
    mistaken = _found(0) | {_pair(name(ORIGINAL, 0), name(FORM, 1))}
    contest = Contest({FORM: mistaken}, {FORM: _found(0, 1)}, {"PHash": Reported({FORM: _found(0, 1)}, 1.0)}, 2)
    assert shortfalls(contest) == [
        f"{FORM}: PHash finds 1.0000, ours 0.5000", "false positives: PHash has 0, ours 1",
    ]  # fmt: skip


def test_missed_bounds_are_told() -> None:
    """Each figure on the wrong side of its bound is named, and no other."""
    good = {"hash_img_per_s": 1000.0, "vectors_recall": 0.99, "search_50k_s": 1.0, "vectors_gb": 8.0}
    assert missed(good) == []
    assert missed(good | {"search_50k_s": 1.2, "vectors_recall": 0.98}) == [
        "vectors_recall: 0.98 is under 0.99", "search_50k_s: 1.2 is over 1",
    ]  # fmt: skip


def test_every_form_is_written_under_its_photographs_number(tmp_path: Path) -> None:
    """The original keeps its bytes, the others are other pictures of it."""
    photograph = tmp_path / "one.jpg"
    scene(1).save(photograph)
    write([photograph], tmp_path / "forms")
    files = sorted((tmp_path / "forms").glob("*/*.jpg"))
    assert [file.parent.name for file in files] == sorted([ORIGINAL, *FORMS])
    assert {number_of(file.name) for file in files} == {0}
    assert (tmp_path / "forms" / ORIGINAL / name(ORIGINAL, 0)).read_bytes() == photograph.read_bytes()


@pytest.mark.parametrize(("form", "share"), [("half size", 0.5), ("crop 10%", 0.9), ("crop 10% a side", 0.8)])
def test_forms_have_the_size_that_their_name_says(form: str, share: float, tmp_path: Path) -> None:
    """Half of each side, or what a crop leaves of it."""
    (tmp_path / "copy.jpg").write_bytes(encoded(scene(1, 200, 200), form))
    with Image.open(tmp_path / "copy.jpg") as copy:
        assert copy.size == (200 * share, 200 * share)


def test_the_crowd_holds_each_vector_with_its_perturbed_ones() -> None:
    """All are unit vectors, and a real one's perturbed ones lie near it."""
    rng = np.random.default_rng(0)
    held, rows = crowd(rng.standard_normal((3, 600)), 100, rng)
    assert held.shape == (100, DIM)
    assert np.allclose(np.linalg.norm(held, axis=1), 1, atol=1e-5)
    family = held[rows[: COPIES + 1]]
    assert (family @ family[0] > 0.95).all()


@pytest.mark.skipif(not GROCERY.is_dir(), reason="the Grocery Store Dataset is not beside the repository")
def test_photographs_are_distinct_and_spread_over_all_classes() -> None:
    """400 different files, four or five of each of the 81 classes."""
    paths = chosen(GROCERY, 400)
    assert len(set(paths)) == 400
    folders = [path.parent.name for path in paths]
    assert {folders.count(folder) for folder in folders} <= {4, 5, 10}
    assert all(path.is_file() for path in paths)
