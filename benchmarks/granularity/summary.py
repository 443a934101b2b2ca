"""Scores of all seeds as rows: accuracies, what imbalance costs, and how much less of it finer labels pay."""

from collections.abc import Sequence

from benchmarks.granularity.measure import GROUPS, Score
from benchmarks.rows import Numbers, Row, rounded, with_errors
from training.comparing.statistics import paired


def named(group: str, what: str) -> str:
    """The name of a figure in a row: the rare classes' say so."""
    return what if group == "all" else f"{group}_{what}"


def _group(held: Sequence[Score], coarsest: Sequence[Score], group: str) -> Numbers:
    drops, coarse_drops = ([score.drop(group) for score in scores] for scores in (held, coarsest))
    values = {
        "balanced": [score.balanced[group] for score in held],
        "imbalanced": [score.imbalanced[group] for score in held],
        "drop": drops,
    }
    spared = paired(drops, coarse_drops)._asdict()
    row = with_errors({named(group, what): each for what, each in values.items()})
    return row | {named(group, f"spared_{bound}"): rounded(value) for bound, value in spared.items()}


def summarize(scores: Sequence[Score]) -> list[Row]:
    """Means over the seeds by loss and granularity; scores of a loss are in the order of the seeds.

    `drop` is balanced minus imbalanced, and `spared` the drop under the coarsest labels minus that
    under these, both taken seed by seed; the latter with its 95% interval.
    """
    by_kind: dict[tuple[str, int], list[Score]] = {}
    for score in scores:
        by_kind.setdefault((score.loss, score.per_class), []).append(score)
    rows = []
    for (loss, per_class), held in by_kind.items():
        coarsest = by_kind[loss, min(finer for name, finer in by_kind if name == loss)]
        row: Row = {"loss": loss, "per_class": per_class, "labels": held[0].labels, "seeds": len(held)}
        rows.append(row | {name: value for group in GROUPS for name, value in _group(held, coarsest, group).items()})
    return rows
