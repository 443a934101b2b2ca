"""One world judged as its recipe says and without each filter in turn, scored by the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.rows import with_errors
from benchmarks.truth import Alarms, Curation, alarms, is_right
from benchmarks.worlds import World, score
from flows.calibration import calibrated
from flows.pipeline import extrapolate
from sandbox.ledger import Truth
from storage.manifest import read_rows
from storage.records import Crawled, Decision, DropReason, Stage, StageRef
from tasks.select.calibration import Tried
from training.comparing.statistics import mean_and_error

AS_SET = "as the recipe says"
WITHOUT: Mapping[str, Mapping[str, object]] = {
    "without the leak guard": {"leak_guard": False},
    "without deduplication": {"dedup": False},
    "without similarity to parents": {"min_similarity": -1.0, "max_similarity": 1.0},
    "without agreement in the category": {"min_agreement": -1.0},
    "without the rank of the name": {"max_name_rank": 1.0},
    "without the margin over rivals": {"min_margin": -2.0},
}
"""The changes of the recipe's `select` section that switch one filter off."""

Changes = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One world by its ledger: scores by setting, how well leaks are named, and the bounds at other values."""

    scores: Mapping[str, Curation]
    alarms: Alarms
    tried: Sequence[Tried]


def _truth(ledger: Sequence[Truth], crawl: StageRef) -> dict[tuple[str, str], bool]:
    """Of every candidate whether it shows what its category asks for."""
    by_url, classes = {row.url: row for row in ledger}, {row.neighbor for row in ledger}
    return {
        (row.key, row.neighbor): is_right(by_url[row.url], row.neighbor, classes) for row in read_rows(crawl, Crawled)
    }


def _alarms(ledger: Sequence[Truth], crawl: StageRef, select: StageRef) -> Alarms:
    urls = {row.key: row.url for row in read_rows(crawl, Crawled)}
    rows = read_rows(select, Decision)
    named = (urls[row.key] for row in rows if row.reason is DropReason.LEAK)
    return alarms(ledger, (urls[row.key] for row in rows), named)


def _judged(at: World, change: Mapping[str, object]) -> dict[Stage, StageRef]:
    config = at.recipe.select.model_copy(update=change)
    return {ref.stage: ref for ref in extrapolate(at.recipe.model_copy(update={"select": config}), Stage.SELECT)}


def run_world(at: World, changes: Changes) -> Outcome:
    """The scores of one world, as the recipe says and under each change."""
    refs = _judged(at, {})
    crawl, select = refs[Stage.CRAWL], refs[Stage.SELECT]
    without = {name: score(at.ledger, crawl, _judged(at, change)[Stage.SELECT]) for name, change in changes.items()}
    tried = calibrated(select, _truth(at.ledger, crawl))
    return Outcome({AS_SET: score(at.ledger, crawl, select), **without}, _alarms(at.ledger, crawl, select), tried)


def named_leaks(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Over all worlds: the share of leaks that are named as such, and of other pictures that are."""
    leaks, others = (sum(getattr(one.alarms, what) for one in outcomes) for what in ("leaks", "others"))
    found, false = (sum(getattr(one.alarms, what) for one in outcomes) for what in ("found", "false"))
    return {"leaks_named": round(found / max(leaks, 1), 4), "false_alarms": round(false / max(others, 1), 5)}


def summarize(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float | None]]:
    """Means over the seeds by setting, with the standard errors of precision and recall; leaks are summed."""
    summary = {}
    for name in outcomes[0].scores:
        scores = [outcome.scores[name] for outcome in outcomes]
        shares = {"precision": [one.precision for one in scores], "recall": [one.recall for one in scores]}
        summary[name] = {
            "kept": round(mean_and_error([one.kept for one in scores])[0], 1),
            **with_errors(shares, digits=4),
            "leaks": sum(one.leaks for one in scores),
        }
    return summary
