"""What each setting gains over targets alone, seed by seed and over all seeds."""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.factors.curated import Curated, curated
from benchmarks.factors.settings import AS_SET, Factors, Settings
from benchmarks.worlds import World, mean
from training.config import Arm, TrainConfig
from training.data import TrainingSet
from training.fit import fit

GROUPS = ("all", "few")


@dataclass(frozen=True, slots=True)
class Measured:
    """One setting on one seed: pictures kept, the share of right ones, and test points gained by group."""

    kept: int
    precision: float
    gain: Mapping[str, float]


Say = Callable[[str], None]


def _accuracy(data: TrainingSet, config: TrainConfig, arm: Arm) -> dict[str, float]:
    """Test accuracy in percent by group, of a run in a folder of its own: nothing is taken up."""
    with tempfile.TemporaryDirectory() as folder:
        return {row.group: 100 * row.accuracy for row in fit(data, config, arm, Path(folder)).test}


def _measured(found: Curated, config: TrainConfig, base: Mapping[str, float]) -> Measured:
    reached = _accuracy(found.data, config, Arm.SILENCED)
    return Measured(found.kept, found.precision, {group: reached[group] - base[group] for group in GROUPS})


def run_seed(at: World, settings: Iterable[Settings], steps: int | None, say: Say) -> dict[Settings, Measured]:
    """Curate and train under every setting; all share one web, tail, training seed and start."""
    config = at.recipe.train.model_copy(update={"steps": steps} if steps else {})
    base = _accuracy(curated(at, AS_SET).data, config, Arm.TARGETS_ONLY)
    say(f"targets only: {base['all']:.1f} all, {base['few']:.1f} few")
    measured = {}
    for one in settings:
        changed = config if one.lambda_s is None else config.model_copy(update={"lambda_s": one.lambda_s})
        measured[one] = result = _measured(curated(at, one), changed, base)
        say(f"{one}: {result.kept} kept, {result.gain['all']:+.1f} all, {result.gain['few']:+.1f} few")
    return measured


Row = dict[str, str | float]


def _row(value: str, seeds: Sequence[Measured]) -> Row:
    row: Row = {
        "value": value,
        "kept": round(mean([one.kept for one in seeds])[0], 1),
        "precision": round(mean([one.precision for one in seeds])[0], 4),
    }
    for group in GROUPS:
        average, error = mean([one.gain[group] for one in seeds])
        row |= {group: round(average, 2), f"{group}_se": round(error, 2)}
    return row


def summarize(factors: Factors, seeds: Sequence[Mapping[Settings, Measured]]) -> dict[str, list[Row]]:
    """Means over the seeds by factor and value, gains with their standard errors."""
    return {
        factor: [_row(value, [seed[one] for seed in seeds]) for value, one in values.items()]
        for factor, values in factors.items()
    }
