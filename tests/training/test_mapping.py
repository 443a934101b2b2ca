"""The features of test pictures: the first of every class, in order, whoever made them."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier, local
from unittest.mock import patch

import numpy as np
import pytest
import safetensors.numpy
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.training.small import QUICK, small_set
from training.config import Arm, Caps
from training.data import Examples, TrainingSet, no_examples
from training.feed import VectorFeed
from training.fit import fit, learned
from training.mapping import MOST, features_of, first_of_each, write_features
from training.models.features import FeatureClassifier
from training.sampler import EpochSampler

CPU = torch.device("cpu")


@given(st.lists(st.integers(0, 4), max_size=40), st.integers(1, 5))
def test_the_first_of_every_class_are_shown(labels: list[int], most: int) -> None:
    """As many as there are, up to the bound, in the order of the split."""
    shown = first_of_each(Examples(np.arange(len(labels), dtype=np.float32), np.array(labels, dtype=np.int64)), most)
    seen: defaultdict[int, int] = defaultdict(int)
    expected = []
    for place, label in enumerate(labels):
        seen[label] += 1
        if seen[label] <= most:
            expected.append((place, label))
    assert list(zip(shown.inputs.tolist(), shown.labels.tolist(), strict=True)) == expected


def _network(hidden: int) -> FeatureClassifier:
    return FeatureClassifier(12, 5, QUICK.model_copy(update={"hidden": hidden}))


def _feed(data: TrainingSet) -> VectorFeed:
    return VectorFeed(data, EpochSampler(data, Caps(), 8, 0), CPU)


def _bits(network: FeatureClassifier, examples: Examples) -> NDArray[np.float16]:
    with torch.no_grad():
        found: NDArray[np.float16] = network.eval().features(torch.from_numpy(examples.inputs)).half().numpy()
    return found


@pytest.mark.parametrize("processes", [1, 2, 3, 7])
def test_features_are_the_network_s_in_order(processes: int) -> None:
    """However many processes share the pictures, some of them without any: all hold the same bits."""
    data, network = small_set(), _network(hidden=6)  # no multiple of four: rows are padded on their way
    examples = Examples(data.test.inputs[:5], data.test.labels[:5])
    here, turn, sums = local(), Barrier(processes), []

    def total(values: NDArray[np.int64]) -> NDArray[np.int64]:
        sums.append(values)
        turn.wait()
        summed: NDArray[np.int64] = np.sum(sums[-processes:], axis=0)
        turn.wait()
        return summed

    def one(rank: int) -> NDArray[np.float16]:
        here.rank = rank
        return features_of(network, _feed(data), examples)

    at = "training.mapping"
    with (
        patch("training.processes.world", lambda: processes), patch("training.processes.rank", lambda: here.rank),
        patch(f"{at}.rank", lambda: here.rank), patch(f"{at}.total", total), ThreadPoolExecutor(processes) as pool,
    ):  # fmt: skip
        found = list(pool.map(one, range(processes)))
    expected = _bits(network, examples)
    assert expected.std() > 0
    for features in found:
        assert np.array_equal(features, expected)


def test_the_network_s_mode_is_left_as_it_was() -> None:
    """Features are of evaluation, and training may go on after them."""
    data, network = small_set(), FeatureClassifier(12, 5, QUICK.model_copy(update={"input_dropout": 0.5}))
    network.train()
    features = features_of(network, _feed(data), data.test)
    assert network.training
    assert np.array_equal(features, _bits(network, data.test)), "nothing is dropped"


def test_what_16_bits_cannot_hold_is_their_largest() -> None:
    """An infinite feature would have no place on a map."""
    data, network = small_set(), _network(hidden=0)
    huge = Examples(data.test.inputs * np.float32(1e9), data.test.labels)
    features = features_of(network, _feed(data), huge)
    assert np.isfinite(features).all()
    assert np.abs(features).max() == np.finfo(np.float16).max


def test_an_arm_leaves_its_features(tmp_path: Path) -> None:
    """Those that its best weights make of each class's first 50 test pictures, and the same when asked again."""
    many = np.concatenate([np.zeros(MOST + 7, dtype=np.int64), np.ones(3, dtype=np.int64)])
    rng = np.random.default_rng(0)
    data = replace(small_set(), test=Examples(rng.normal(size=(len(many), 12)).astype(np.float32), many))
    fitted = fit(data, QUICK, Arm.SILENCED, tmp_path)
    written = fitted.features.read_bytes()
    held = safetensors.numpy.load(written)
    assert held["features"].dtype == np.float16
    assert held["features"].shape == (MOST + 3, 16)
    assert held["labels"].tolist() == [0] * MOST + [1] * 3
    shown = [*range(MOST), *range(MOST + 7, MOST + 10)]
    with learned(data, QUICK, Arm.SILENCED, tmp_path) as (run, _):
        with torch.no_grad():
            features = run.network.eval().features(torch.from_numpy(data.test.inputs[shown]))
        assert np.array_equal(held["features"], features.half().numpy())
        assert write_features(run).read_bytes() == written


def test_without_a_test_split_there_are_no_features(tmp_path: Path) -> None:
    """A data set may come without one: the file says so."""
    held = safetensors.numpy.load_file(
        fit(replace(small_set(), test=no_examples()), QUICK, Arm.SILENCED, tmp_path).features
    )
    assert (len(held["features"]), len(held["labels"])) == (0, 0)
