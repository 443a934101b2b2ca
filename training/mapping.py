"""What a trained network makes of test pictures: the points of the report's feature map."""

from pathlib import Path

import numpy as np
import safetensors.numpy
import torch
from numpy.typing import NDArray

from storage import filesystem
from training.data import Examples
from training.feed import Feed
from training.loop import Run
from training.models.network import Network
from training.processes import rank, share, total

MOST = 50
"""Pictures of a class that are shown."""

LARGEST = float(np.finfo(np.float16).max)
HALVES = 4
"""16-bit floats in the 64-bit integers that processes exchange."""


def first_of_each(examples: Examples, most: int) -> Examples:
    """At most so many examples of every class, its first, in their order."""
    by_class = np.argsort(examples.labels, kind="stable")
    labels = examples.labels[by_class]
    place = np.empty_like(by_class)
    place[by_class] = np.arange(len(labels)) - np.searchsorted(labels, labels)
    shown = place < most
    return Examples(examples.inputs[shown], examples.labels[shown])


def _put_together(own: NDArray[np.float16], count: int) -> NDArray[np.float16]:
    """The rows [count, d] of which every process holds its share [m, d]; the first has at least one row."""
    width = int(total(np.array([0 if rank() else own.shape[1]]))[0])
    rows = np.zeros((count, -(-width // HALVES) * HALVES), dtype=np.float16)
    rows[share(), :width] = own.reshape(-1, width)
    # As bits, which sums with zeros leave alone.
    return np.ascontiguousarray(total(rows.view(np.int64)).view(np.float16)[:, :width])


@torch.no_grad()
def features_of(network: Network, feed: Feed, examples: Examples) -> NDArray[np.float16]:
    """The features [n, d] of all examples in order, for every process; the network's mode is left as it was found."""
    if len(examples) == 0:
        return np.empty((0, 0), dtype=np.float16)
    was_training = network.training
    network.eval()
    rows = [network.features(inputs).clamp(-LARGEST, LARGEST).half() for inputs, _ in feed.evaluation(examples)]
    network.train(was_training)
    return _put_together(torch.cat(rows or [torch.empty(0, 0).half()]).cpu().numpy(), len(examples))


def write_features(run: Run) -> Path:
    """Write `features` [n, d] and `labels` [n] of the first test pictures of every class, all arms the same ones."""
    shown = first_of_each(run.data.test, MOST)
    features = features_of(run.network, run.feed, shown)
    path = run.folder / "features.safetensors"
    if rank() == 0:
        data = safetensors.numpy.save({"features": features, "labels": shown.labels})
        filesystem.write_bytes(str(path), data)
    return path
