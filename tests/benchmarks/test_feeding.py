"""Both feeders of the benchmark are given the same, and do the same."""

from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.feeders.feeder import BATCH, DEFAULT, HEAVY, Feeder
from benchmarks.feeders.ours import Ours
from benchmarks.feeders.theirs import Theirs
from benchmarks.feeding import Rates, Scale, photographs, rates
from benchmarks.web.missing import Missing
from tests.vision.scenes import scene
from training.config import Augment


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twice a batch of pictures and a few more, in class folders."""
    root = tmp_path_factory.mktemp("photographs")
    for number in range(2 * BATCH + 5):
        file = root / "train" / str(number % 3) / "inner" / f"{number:03}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        scene(number, 40, 30).save(file)
    return root


@pytest.mark.parametrize("augment", [DEFAULT, HEAVY], ids=["default", "heavy"])
def test_a_turn_is_all_photographs_of_either(augment: Augment, root: Path) -> None:
    """Twice the batch, turn by turn."""
    chosen = photographs(root, 2 * BATCH)
    feeders: list[Feeder] = [Ours(chosen, augment, 0), Theirs(root / "train", chosen, augment, 0)]
    for feeder in feeders:
        with closing(feeder):
            assert [feeder.turn() for _ in range(2)] == [2 * BATCH] * 2


def test_the_first_round_is_thrown_away(root: Path) -> None:
    """Of each that is left there is one number."""
    found = rates(root, DEFAULT, 0, Scale(2, BATCH))
    assert len(found.ours) == len(found.torchvision) == 2
    assert Rates([4.0, 9.0], [2.0, 3.0]).ratios == [2.0, 3.0]


def test_too_few_photographs_are_missing(root: Path) -> None:
    """With what to do about it."""
    with pytest.raises(Missing, match="GROCERY_ROOT"):
        photographs(root, 1000)
