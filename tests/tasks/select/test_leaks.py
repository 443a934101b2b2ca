from collections.abc import Callable

import pytest
from PIL import Image, ImageEnhance, ImageOps

from storage.records import Split
from tasks.select.leaks import find_copies, of_targets
from tests.tasks.select.world import Shown, shown, target, vectors
from tests.vision.scenes import GROCERY, cropped, encoded, photographs
from vision.decode import decode

LEAST, SHORTLIST = 0.97, 5
HELD = [shown(seed, axis=seed % 5) for seed in range(12)]
SPLITS = [Split.TRAIN, Split.VAL, Split.TEST]
TARGETS = [target(held, 0, SPLITS[i % 3]) for i, held in enumerate(HELD)]


@pytest.mark.parametrize("place", [0, 1, 2], ids=SPLITS)
def test_copies_of_every_split_are_found_and_named(place: int) -> None:
    """A mirrored crop of a train, val or test picture is found, with what it matched and how surely."""
    copy = shown(99, axis=8, picture=ImageOps.mirror(cropped(HELD[place].picture, 0.08, 0.02, 0.05, 0.1)))
    found = find_copies(vectors([copy]), of_targets(TARGETS, vectors(HELD)), LEAST, SHORTLIST)
    assert found[copy.digest].name == f"{SPLITS[place]}:{TARGETS[place].key}"
    assert LEAST < found[copy.digest].score <= 1.0001


def test_same_bytes_are_a_leak_for_certain() -> None:
    """The very file of a target picture is found by its digest, even where that picture has no vector."""
    held = HELD[4]
    for vectorless in (vectors(HELD), vectors([h for h in HELD if h is not held])):
        assert find_copies(vectors([held]), of_targets(TARGETS, vectorless), LEAST, SHORTLIST)[held.digest].score == 1


def test_new_pictures_are_no_leaks() -> None:
    """Pictures that only look like target pictures to the encoder are none."""
    new = [shown(200 + i, axis=0, vector=held.vector) for i, held in enumerate(HELD)]
    assert find_copies(vectors(new), of_targets(TARGETS, vectors(HELD)), LEAST, SHORTLIST) == {}


def test_without_candidates_or_targets_there_are_no_leaks() -> None:
    """Nothing matches nothing."""
    assert find_copies(vectors([]), of_targets(TARGETS, vectors(HELD)), LEAST, SHORTLIST) == {}
    assert find_copies(vectors(HELD), of_targets([], vectors([])), LEAST, SHORTLIST) == {}


@pytest.mark.skipif(not GROCERY.is_dir(), reason="the Grocery Store Dataset is not beside the repository")
def test_every_form_of_leak_is_found_among_photographs() -> None:
    """Resized, q30, cropped, mirrored and gray copies of photographs are found, and other photographs are not."""
    pictures = [decode(path.read_bytes(), 10**8) for path in photographs(60)]
    held = [shown(i, axis=i % 7, picture=picture) for i, picture in enumerate(pictures[:40])]
    forms: dict[str, Callable[[Image.Image], Image.Image]] = {
        "half": lambda p: p.resize((p.width // 2, p.height // 2)),
        "q30": lambda p: decode(encoded(p, quality=30), 10**8),
        "crop": lambda p: cropped(p, 0.1, 0.1, 0.1, 0.1),
        "flip and crop": lambda p: ImageOps.mirror(cropped(p, 0.02, 0.1, 0.07, 0.04)),
        "gray and dim": lambda p: ImageEnhance.Brightness(ImageOps.grayscale(p).convert("RGB")).enhance(0.8),
    }
    # The copies' vectors are those of their originals' class, so cosine nominates some and hashes others.
    planted: list[tuple[Shown, str]] = [
        (shown(1000 * k + i, axis=i % 7, picture=make(held[i].picture)), held[i].digest)
        for k, make in enumerate(forms.values(), 1)
        for i in range(40)
    ]
    strangers = [shown(i, axis=i % 7, picture=picture) for i, picture in enumerate(pictures[40:], 9000)]
    targets = [target(one, 0, Split.TEST) for one in held]
    found = find_copies(vectors([one for one, _ in planted] + strangers), of_targets(targets, vectors(held)), LEAST, 10)
    right = [found[one.digest].name == f"test:{digest[:6]}.jpg" for one, digest in planted if one.digest in found]
    assert sum(right) >= 0.98 * len(planted)
    assert len(found) == len(right)
