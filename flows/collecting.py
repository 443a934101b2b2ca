"""The partitions of a stage, as they end: counted where they are whole, told of together where some are not."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from prefect import runtime
from prefect.exceptions import UnfinishedRun
from prefect.futures import PrefectFuture, as_completed

from storage.errors import ExtrapolationError, PartitionsFailed
from storage.manifest import Part

logger = logging.getLogger(__name__)

TOLD = 5
"""Failed partitions that an error tells of."""

AGAIN = (
    "then retry the run in the Prefect UI, or give the command again without --refresh: only these partitions are run"
)
REFRESHED = (
    "then retry the run in the Prefect UI: only these partitions are run; or give the command again with --refresh: "
    "all are run; without it the result of before this refresh, where there is one, is taken"
)
"""How to go on: a retry is the refresh that failed, a command is another run, which knows what was sealed alone."""


def counts(tally: Mapping[str, int]) -> str:
    """How many items ended in which way, as one phrase."""
    return ", ".join(f"{count:,} {what}" for what, count in sorted(tally.items()) if count) or "nothing"


def _ended(future: PrefectFuture[Any]) -> Part | Exception:
    """What a partition came to; one that waited for another that failed was never begun."""
    try:
        future.wait()  # turns the death of a process of a Ray cluster into a state, which `result` would raise
        return cast("Part | Exception", future.result(raise_on_failure=False))
    except UnfinishedRun as error:
        return error


def _told(error: Exception) -> str:
    where = "".join(f"{note}: " for note in getattr(error, "__notes__", ()))
    return where + (error.problem if isinstance(error, ExtrapolationError) else repr(error))


def _again() -> str:
    """How to go on with a stage of which partitions failed: the run of its flow says whether that is a refresh."""
    return REFRESHED if runtime.flow_run.parameters.get("refresh") else AGAIN


def _failure(name: str, failed: Sequence[Exception], whole: int) -> Exception:
    """What is raised for the failed partitions: where none is whole and the first knows what mends it, that error."""
    causes = [error for error in failed if not isinstance(error, UnfinishedRun)] or list(failed)
    if not whole and isinstance(causes[0], ExtrapolationError):
        return causes[0]
    more = f"; and {len(causes) - TOLD} more" if len(causes) > TOLD else ""
    mends = dict.fromkeys(error.mend for error in causes if isinstance(error, ExtrapolationError))
    return PartitionsFailed(
        f"{name}: {len(failed)} of {len(failed) + whole} partitions are not whole: "
        + "; ".join(map(_told, causes[:TOLD])) + more,
        "; ".join([*(mends or ["mend what these say"]), _again()]),
    )  # fmt: skip


def collect(name: str, futures: Iterable[PrefectFuture[Any]]) -> list[Part]:
    """The partitions as they end, each with a line of counts; failures are raised as one error when all have ended."""
    waiting = list(futures)
    parts: list[Part] = []
    failed: list[Exception] = []
    for future in as_completed(waiting):
        part = _ended(future)
        if isinstance(part, Part):
            parts.append(part)
            logger.info("%s: %d of %d, %s: %s", name, len(parts), len(waiting), part.name, counts(part.tally))
        else:
            failed.append(part)
            logger.error("%s: %s", name, _told(part))
    if failed:
        raise _failure(name, failed, len(parts)) from failed[0]
    return parts


def total(parts: Sequence[Part], what: str) -> int:
    """How many items of the partitions ended in this way."""
    return sum(part.tally.get(what, 0) for part in parts)
