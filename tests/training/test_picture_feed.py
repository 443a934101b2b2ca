"""Batches of pictures: the same whoever decodes them, by processes that stay for a run and no longer."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from multiprocessing import active_children
from pathlib import Path
from unittest.mock import patch

import pytest
import torch

from storage.errors import DamagedStore
from tests.training.stages import finished_stages
from tests.training.test_fit import Killed, killing
from tests.training.test_pictures import CONFIG, TINY
from tests.training.test_processes import as_process
from training.config import Arm, Augment, Caps
from training.data import TrainingSet
from training.feed import Batch
from training.fit import fit
from training.picture_feed import WAITING, PictureFeed
from training.pictures import read
from training.read import read_pictures
from training.sampler import EpochSampler
from training.workers import Workers
from vision.preprocess import preprocess

HEAVY = CONFIG.model_copy(
    update={"augment": Augment(least_area=0.08, aspect=4 / 3, rand_augment=9, erasing=0.5), "batch_size": 20}
)
STEPS = range(4)


def pictures_in(folder: Path) -> TrainingSet:
    """Colored drawings in finished stages."""
    stages = finished_stages(folder)
    return read_pictures(stages.targets, stages.target_vectors, stages.shards)


def fed(data: TrainingSet, workers: int) -> PictureFeed:
    """Batches of 20, which two workers share."""
    config = HEAVY.model_copy(update={"workers": workers})
    return PictureFeed(data, EpochSampler(data, Caps(), config.batch_size, 0), TINY, config, torch.device("cpu"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TrainingSet:
    """Pictures that no test changes."""
    return pictures_in(tmp_path_factory.mktemp("stages"))


@pytest.fixture(scope="module")
def feeds(data: TrainingSet) -> Iterator[Mapping[int, PictureFeed]]:
    """One feed for each number of workers."""
    held = {workers: fed(data, workers) for workers in range(3)}
    yield held
    for feed in held.values():
        feed.close()


def same(one: Batch, other: Batch) -> bool:
    """Whether inputs and labels are, to the last bit."""
    return all(torch.equal(*parts) for parts in zip(one, other, strict=True))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_step_has_its_pictures_whoever_makes_them(workers: int, feeds: Mapping[int, PictureFeed]) -> None:
    """By one process, by two or by none: batches follow the seed and the step, wherever the range starts."""
    alone = list(feeds[0].training(STEPS))
    assert all(map(same, feeds[workers].training(STEPS), alone))
    [resumed] = feeds[workers].training(range(2, 3))
    assert same(resumed, alone[2])
    assert not torch.equal(alone[0][0], alone[1][0])


@pytest.mark.parametrize("workers", [0, 2])
def test_evaluation_sees_every_picture_once_in_order(
    workers: int, data: TrainingSet, feeds: Mapping[int, PictureFeed]
) -> None:
    """Unchanged, as the network's encoder is shown them."""
    [(inputs, labels)] = feeds[workers].evaluation(data.test)
    assert labels.tolist() == data.test.labels.tolist()
    shown = torch.stack([preprocess(TINY)(read(picture)) for picture in data.test.inputs])
    torch.testing.assert_close(inputs, shown, rtol=0, atol=0)


def test_workers_stay_for_all_looks(data: TrainingSet, feeds: Mapping[int, PictureFeed]) -> None:
    """Those that training goes on with are those that serve validation, again and again."""
    batches = feeds[2].training(range(50))
    next(batches)
    before = {child.pid for child in active_children()}
    for _ in range(2):
        assert sum(len(labels) for _, labels in feeds[2].evaluation(data.val)) == len(data.val)
        next(batches)
    assert {child.pid for child in active_children()} == before


@pytest.mark.parametrize("of", [1, 4])
def test_workers_are_as_far_ahead_of_a_share_as_of_a_batch(of: int, data: TrainingSet) -> None:
    """Where several processes share a batch, each has as many parts in work for each of its workers."""
    config = HEAVY.model_copy(update={"workers": 2, "batch_size": 16 * of})
    feed = PictureFeed(data, EpochSampler(data, Caps(), config.batch_size, 0), TINY, config, torch.device("cpu"))
    with (
        as_process(0, of),
        closing(feed),
        patch.object(Workers, "submit", autospec=True, side_effect=Workers.submit) as asked,
    ):
        next(feed.training(range(100)))
    assert asked.call_count >= 1 + 2 * WAITING


@pytest.fixture
def _nobody_before(feeds: Mapping[int, PictureFeed]) -> None:
    """The workers of the tests above are at home."""
    for feed in feeds.values():
        feed.close()


@pytest.mark.usefixtures("_nobody_before")
@pytest.mark.parametrize("at", [4, 100])
def test_a_run_leaves_no_worker(at: int, data: TrainingSet, tmp_path: Path) -> None:
    """Whether it ends or something ends it."""
    config = CONFIG.model_copy(update={"workers": 1, "steps": 4})
    try:
        fit(data, config, Arm.TARGETS_ONLY, tmp_path, killing(at))
    except Killed:
        assert at == 4
    assert active_children() == []


@pytest.mark.usefixtures("_nobody_before")
def test_a_picture_that_is_gone_stops_the_run(tmp_path: Path) -> None:
    """With the file's name, though another process has missed it; and without a worker left."""
    stages = pictures_in(tmp_path / "stages")
    gone = stages.train.inputs[0]
    Path(gone.uri).unlink()
    config = CONFIG.model_copy(update={"workers": 1})
    with pytest.raises(DamagedStore, match=rf"{gone.uri} cannot be read: .*\n.*bring the file back"):
        fit(stages, config, Arm.TARGETS_ONLY, tmp_path / "run")
    assert active_children() == []
