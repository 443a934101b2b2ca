"""Two processes train what one does, and their shares of the data are the data."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from unittest.mock import patch

import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import BadInput
from tests.training import together
from tests.training.small import QUICK, lines_of, small_set
from tests.training.stages import finished_stages
from tests.training.test_pictures import CONFIG, TINY
from training import processes
from training.config import Arm, Caps, Head, HeadKind
from training.feed import Batch, Feed, VectorFeed
from training.fit import fit
from training.picture_feed import PictureFeed
from training.processes import check_shares
from training.read import read_pictures
from training.sampler import EpochSampler

PROJECT = Path(__file__).parents[2]
CPU = torch.device("cpu")


def free_ports(count: int) -> list[int]:
    """Ports on loopback that nobody listens on."""
    with ExitStack() as held:
        listening = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(server.getsockname()[1]) for server in listening]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which two processes have trained, started as torchrun would start them."""
    folder, (first, second) = tmp_path_factory.mktemp("both"), free_ports(2)
    command = [sys.executable, "-m", "tests.training.together", str(folder), str(second)]
    shared = {
        "WORLD_SIZE": "2",
        "LOCAL_WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(first),
        "OMP_NUM_THREADS": "1",
    }
    own = [{"RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(2)]
    started = [
        subprocess.Popen(command, cwd=PROJECT, env=os.environ | shared | mine, stderr=subprocess.PIPE, text=True)
        for mine in own
    ]
    said = [process.communicate(timeout=120)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0], said
    return folder


@pytest.mark.parametrize("name", together.RUNS)
def test_two_processes_are_one(name: str, both: Path, tmp_path: Path) -> None:
    """Weights to 1e-6, features, accuracies and the log too, though one has more pictures to judge than the other."""
    alone = fit(together.uneven_set(), together.RUNS[name], Arm.SILENCED, tmp_path)
    one, two = (safetensors.torch.load_file(folder / "best.safetensors") for folder in (tmp_path, both / name))
    torch.testing.assert_close(two, one, rtol=0, atol=1e-6)
    mapped = (safetensors.torch.load_file(folder / "features.safetensors") for folder in (both / name, tmp_path))
    torch.testing.assert_close(*mapped, rtol=2e-3, atol=1e-4)  # of 16 bits
    said = repr((alone.val, alone.test, alone.classes, alone.best_step))
    assert (both / f"{name}.txt").read_text() == said
    logs = [lines_of(folder / "metrics.jsonl") for folder in (tmp_path, both / name)]
    for mine, theirs in zip(*logs, strict=True):
        assert mine == pytest.approx(theirs, abs=1e-5)


@pytest.mark.parametrize("name", together.RUNS)
def test_one_process_goes_on_where_two_have_stopped(name: str, both: Path, tmp_path: Path) -> None:
    """Neither the checkpoint nor the order of the data knows how many there were."""
    steps: list[int] = []
    config = together.RUNS[name]
    fit(together.uneven_set(), config, Arm.SILENCED, both / f"half {name}", lambda step, *_: steps.append(step))
    fit(together.uneven_set(), config, Arm.SILENCED, tmp_path)
    assert steps[0] == together.CHECKPOINT + 5
    ends = (safetensors.torch.load_file(folder / "best.safetensors") for folder in (both / f"half {name}", tmp_path))
    torch.testing.assert_close(*ends, rtol=0, atol=1e-6)


def test_two_killed_processes_end_as_if_they_had_not_been(both: Path) -> None:
    """Killed between two checkpoints and started again: bit for bit the same weights and log."""
    runs = [both / name for name in ("killed", "whole")]
    weights = [(run / "best.safetensors").read_bytes() for run in runs]
    logs = [lines_of(run / "metrics.jsonl") for run in runs]
    assert weights[0] == weights[1]
    assert logs[0] == logs[1]


def test_batch_norms_agree_on_what_they_have_seen(both: Path) -> None:
    """All hold the means of the shares' statistics: the batch's mean, but a variance within the shares alone."""
    first, second = (torch.load(both / f"statistics {rank}.pt") for rank in (0, 1))
    torch.testing.assert_close(first, second, rtol=0, atol=0)
    shares = []
    for place in range(2):
        with as_process(place, of=2):
            shares.append(together.seen().state_dict())
    for name in ("running_mean", "running_var"):
        torch.testing.assert_close(first[name], (shares[0][name] + shares[1][name]) / 2)
    torch.testing.assert_close(first["running_mean"], together.seen().state_dict()["running_mean"])


@contextmanager
def as_process(place: int, of: int = 6) -> Iterator[None]:
    """Be one of so many processes, without the others."""
    with patch.object(processes, "rank", lambda: place), patch.object(processes, "world", lambda: of):
        yield


def shares(feed: Feed, of: int, step: int) -> Iterator[Batch]:
    """What each of so many processes is fed for a step."""
    for place in range(of):
        with as_process(place, of):
            yield next(feed.training(range(step, step + 1)))


@given(of=st.integers(1, 6), step=st.integers(0, 20))
def test_shares_of_a_batch_are_the_batch(of: int, step: int) -> None:
    """Disjoint, of one size, and put together again exactly what one process is fed."""
    data = small_set()
    feed = VectorFeed(data, EpochSampler(data, Caps(), 4 * of, 0), CPU)
    [(inputs, labels)] = shares(feed, 1, step)
    parts = list(shares(feed, of, step))
    assert {len(rows) for rows, _ in parts} == {4}
    assert torch.equal(torch.stack([rows for rows, _ in parts], 1).flatten(0, 1), inputs)
    assert torch.equal(torch.stack([some for _, some in parts], 1).flatten(), labels)


def test_a_picture_is_cut_the_same_by_whichever_process(tmp_path: Path) -> None:
    """Augmentation is that of the picture's place in the whole batch."""
    stages = finished_stages(tmp_path)
    data = read_pictures(stages.targets, stages.target_vectors, stages.shards)
    feed = PictureFeed(data, EpochSampler(data, Caps(), 6, 0), TINY, CONFIG, CPU)
    [(inputs, _)] = shares(feed, 1, 3)
    assert torch.equal(torch.stack([rows for rows, _ in shares(feed, 2, 3)], 1).flatten(0, 1), inputs)


@given(of=st.integers(1, 20))
def test_every_picture_is_judged_once(of: int) -> None:
    """By one of the processes, some of which may be left without any."""
    data = small_set()
    feed = VectorFeed(data, EpochSampler(data, Caps(), 4, 0), CPU)
    seen = []
    for place in range(of):
        with as_process(place, of):
            seen += [tuple(row) for inputs, _ in feed.evaluation(data.val) for row in inputs.tolist()]
    assert sorted(seen) == sorted(map(tuple, data.val.inputs.tolist()))


def test_draws_are_a_process_s_own() -> None:
    """The first draws what one process alone would, and no two the same."""
    names = []
    for place in range(3):
        with as_process(place):
            names.append(processes.own("noise"))
    assert names[0] == "noise"
    assert len(set(names)) == 3


def test_a_batch_that_cannot_be_shared_is_refused(tmp_path: Path) -> None:
    """With the field and a number that works."""
    config = QUICK.model_copy(update={"accumulate": 3})
    with pytest.raises(BadInput, match=r"train\.batch_size 8 cannot be shared(.|\n)*a multiple of 3, such as 9"):
        fit(small_set(), config, Arm.SILENCED, tmp_path)


@pytest.mark.parametrize(("parts", "refused"), [(4, True), (2, False)])
def test_a_batch_norm_is_not_shown_single_pictures(parts: int, refused: bool) -> None:
    """It has nothing to normalize one by: the settings that lead there are named."""
    config = QUICK.model_copy(update={"batch_size": 4, "accumulate": parts, "head": Head(kind=HeadKind.BATCH_NORM)})
    with pytest.raises(BadInput, match=r"train\.head: batch_norm.*\n.*train\.accumulate") if refused else nullcontext():
        check_shares(config)
