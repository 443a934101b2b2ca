"""What each setting gains over targets alone, seed by seed and over all seeds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.factors.curated import Curated, curated
from benchmarks.factors.settings import AS_SET, Factors, Settings
from benchmarks.rows import Row, with_errors
from benchmarks.trained import folder_of
from benchmarks.worlds import World
from storage.records import Split
from training.config import Arm, TrainConfig
from training.data import TrainingSet
from training.fit import Fitted, fit

GROUPS = ("all", "few")
SPLITS = {Split.VAL: "val_", Split.TEST: ""}
"""How a gain is called by the split that it is read on; only validation is for choosing."""

GAINS = tuple(f"{prefix}{group}" for prefix in SPLITS.values() for group in GROUPS)


@dataclass(frozen=True, slots=True)
class Measured:
    """One setting on one seed: pictures kept, those an epoch draws, the share of right ones, and points gained."""

    kept: int
    drawn: int
    precision: float
    gain: Mapping[str, float]


Say = Callable[[str], None]


def _fitted(data: TrainingSet, config: TrainConfig, arm: Arm, folder: Path) -> Fitted:
    return fit(data, config, arm, folder_of(folder, data, config, arm))


def _accuracy(fitted: Fitted) -> dict[str, float]:
    """Accuracy in percent by split and group."""
    return {f"{SPLITS[row.split]}{row.group}": 100 * row.accuracy for row in (*fitted.val, *fitted.test)}


def _measured(found: Curated, config: TrainConfig, base: Mapping[str, float], folder: Path) -> Measured:
    fitted = _fitted(found.data, config, Arm.SILENCED, folder)
    reached = _accuracy(fitted)
    return Measured(found.kept, fitted.added, found.precision, {name: reached[name] - base[name] for name in GAINS})


def run_seed(at: World, settings: Iterable[Settings], steps: int | None, say: Say) -> dict[Settings, Measured]:
    """Curate and train under every setting; all share one web, tail, training seed and start."""
    config = at.recipe.train.model_copy(update={"steps": steps} if steps else {})
    folder = Path(at.recipe.data_root, "trained")
    base = _accuracy(_fitted(curated(at, AS_SET).data, config, Arm.TARGETS_ONLY, folder))
    say(f"targets only: {base['all']:.1f} all, {base['few']:.1f} few")
    measured = {}
    for one in settings:
        changed = config if one.lambda_s is None else config.model_copy(update={"lambda_s": one.lambda_s})
        measured[one] = result = _measured(curated(at, one), changed, base, folder)
        say(f"{one}: {result.kept} kept, {result.gain['all']:+.1f} all, {result.gain['few']:+.1f} few")
    return measured


def _row(value: str, seeds: Sequence[Measured]) -> Row:
    told = {"kept": [one.kept for one in seeds], "drawn": [one.drawn for one in seeds]}
    gains = {name: [one.gain[name] for one in seeds] for name in GAINS}
    precision = sum(one.precision for one in seeds) / len(seeds)
    row: Row = {"value": value, "precision": round(precision, 4)}
    return row | with_errors({**told, **gains})


def summarize(factors: Factors, seeds: Sequence[Mapping[Settings, Measured]]) -> dict[str, list[Row]]:
    """Means over the seeds by factor and value, with their standard errors but for precision."""
    return {
        factor: [_row(value, [seed[one] for seed in seeds]) for value, one in values.items()]
        for factor, values in factors.items()
    }
