"""An epoch of vectors as training reads them, without a network."""

from itertools import islice

import torch

from storage.records import StageRef
from training.config import Caps
from training.data import content_digest
from training.feed import VectorFeed
from training.read import read_features
from training.sampler import EpochSampler

BATCH = 256


def feed_an_epoch(targets: StageRef, target_vectors: StageRef, shards: StageRef, vectors: StageRef) -> None:
    """Read the set of vectors, digest it, and draw every batch of one epoch."""
    data = read_features(targets, target_vectors, shards, vectors)
    content_digest(data)
    sampler = EpochSampler(data, Caps(), BATCH, 0)
    feed = VectorFeed(data, sampler, torch.device("cpu"))
    for _ in islice(feed.training(range(sampler.epoch_length // BATCH + 1)), None):
        pass
