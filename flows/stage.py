"""What every stage's flow does the same way: find it whole, or seal it in the end."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol, cast, runtime_checkable

from prefect import runtime
from prefect.states import Completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.collecting import counts
from flows.showing.stage_table import show_stage
from storage.errors import BadInput
from storage.fingerprint import fingerprint
from storage.latest import recall, remember
from storage.manifest import Part, StageFolder, read_manifest
from storage.records import StageRef
from storage.used import reading, touch

logger = logging.getLogger(__name__)

SIDE_BY_SIDE: TaskRunner[Any] = ThreadPoolTaskRunner(max_workers=4)
"""For partitions that wait for the network or the disk."""

ONE_BY_ONE: TaskRunner[Any] = ThreadPoolTaskRunner(max_workers=1)
"""For partitions that take the whole machine by themselves: a second one would only hold more memory."""


@runtime_checkable  # since Prefect builds a schema of every parameter of a flow
class Run(Protocol):
    """Whom stages belong to, such as a recipe: what its references are remembered by, and where all is written."""

    @property
    def name(self) -> str:
        """Names the run in its logs, artifacts and remembered references."""

    @property
    def data_root(self) -> str:
        """The folder of everything written."""


def newest(run: Run, name: str, given: StageRef | None) -> StageRef:
    """The reference that was given, or else the newest finished one of this recipe."""
    return reading(given or recall(run.data_root, run.name, name))


def found(run: Run, name: str, folder: StageFolder) -> StageRef | None:
    """A stage that is whole already, for its flow to return; None where there is work to do."""
    ref = folder.sealed()
    if ref is None:
        return None
    remember(run.data_root, run.name, name, ref)
    logger.info("%s: cached, nothing to do (%s items, key %s)", name, f"{ref.count:,}", ref.key)
    # A flow that returns this state is shown as Cached, and its caller gets the reference.
    return cast("StageRef", Completed(name="Cached", message=f"whole at {ref.uri}", data=ref))


def resumable(folder: StageFolder) -> StageFolder:
    """The folder, marked as used; a refresh has its run's attempt, so that a retried one goes on with its own work."""
    touch(folder.uri)
    if not folder.refresh:
        return folder
    run = runtime.flow_run.root_flow_run_id
    ours = replace(folder, attempt=fingerprint(run)[:8]) if run else folder
    ours.forget_others()
    return ours


def require_made_of(made: StageRef, name: str, source: StageRef) -> None:
    """Refuse an input that was made of another result than the one it is used with."""
    if read_manifest(made.uri).inputs[name] != source.content:
        raise BadInput(
            f"the newest {made.stage} stage was not made of the newest {source.stage} stage",
            f"run {made.stage} again first; the whole pipeline does so by itself",
        )


def seal(
    run: Run, name: str, folder: StageFolder, parts: Sequence[Part], count: int, made_of: Sequence[Part] = ()
) -> StageRef:
    """Write the manifest, last of all, and show the stage's counts in the Prefect UI.

    The manifest names `parts`; those that they were `made_of` count by their time alone.
    """
    ref = folder.seal(parts, count, sum(part.seconds for part in [*made_of, *parts]))
    remember(run.data_root, run.name, name, ref)
    tally = sum((Counter(part.tally) for part in parts), Counter())
    show_stage(run.name, name, ref)
    logger.info("%s: done, %s items: %s", name, f"{count:,}", counts(dict(tally)))
    return ref
