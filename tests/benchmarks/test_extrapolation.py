"""The yardstick's own sets and sums: the oracle, the control arms' pictures, the share that is retained."""

import json
from collections.abc import Sequence

import pytest

from benchmarks.extrapolation import ORACLE, Curated, summarize
from benchmarks.truth import Curation
from training.comparing.summary import by_name
from training.comparing.trials import Outcome
from training.config import Arm


def outcome(name: str, seed: int, accuracy: float) -> Outcome:
    """One run that told nothing but an accuracy, the same for all and few."""
    return Outcome(name, seed, {"all": accuracy, "few": accuracy}, 1.0, None, 0, 0)


def summary(gains: Sequence[tuple[float, float]]) -> dict[str, object]:
    """What seeds come to whose silenced arm and oracle gain so much."""
    rows = [
        outcome(name, seed, 60 + seed + gain)
        for seed, (kept, best) in enumerate(gains)
        for name, gain in ((Arm.TARGETS_ONLY, 0.0), (Arm.SILENCED, kept), (ORACLE, best))
    ]
    curated = [Curated(seed, Curation(0.9, 0.8, 1, 10, 10, {})) for seed in range(len(gains))]
    return summarize(curated, by_name(rows))


def test_the_share_retained_is_of_paired_gains() -> None:
    """Half of every seed's gain is half, however the seeds' accuracies lie."""
    told = summary([(1.0, 2.0), (2.0, 4.0), (1.5, 3.0), (1.2, 2.4), (0.9, 1.8)])
    assert told["retained"] == {group: {"mean": 0.5, "low": 0.5, "high": 0.5} for group in ("all", "few")}
    assert told["curation"] == {"precision": 0.9, "recall": 0.8, "leaks": 5}


@pytest.mark.parametrize("gains", [[(1.0, 2.0)], [(1.0, 0.0), (0.5, 0.0)]])
def test_what_cannot_be_told_is_null(gains: list[tuple[float, float]]) -> None:
    """JSON has no NaN."""
    assert json.loads(json.dumps(summary(gains), allow_nan=False))
