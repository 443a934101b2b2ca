"""The progress of one partition as people watch it: on the terminal's board, in the log, in the Prefect UI."""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.context import FlowRunContext, TaskRunContext
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from storage.manifest import StageFolder
from tasks.progress import BOARD, Progress, beside, line, logged

logger = logging.getLogger(__name__)

ARTIFACT_SECONDS = 4.0
"""Between two writes of an artifact: each is a request and an event that the server has to take in."""

ANSWER_SECONDS = 5.0
"""That the server may take to answer one of them."""


class _Artifact:
    """The progress artifact of one partition: created once, then updated."""

    def __init__(self, progress: Progress, part: str, run: TaskRunContext) -> None:
        flow = FlowRunContext.get()
        named = f"{flow.flow_run.name} {part}" if flow and flow.flow_run else part
        self._key = re.sub(r"[^a-z0-9]+", "-", named.lower()).strip("-")
        self._flow_run = run.task_run.flow_run_id
        self._task_run = run.task_run.id
        self._progress = progress
        self._id: UUID | None = None

    def _write(self, client: SyncPrefectClient) -> None:
        now = self._progress.snapshot()
        said = line(self._progress.title, now)
        if self._id:
            client.update_artifact(self._id, ArtifactUpdate(data=now.percent, description=said))
            return
        self._id = client.create_artifact(
            ArtifactCreate(
                key=self._key, type="progress", data=now.percent, description=said,
                flow_run_id=self._flow_run, task_run_id=self._task_run,
            )
        ).id  # fmt: skip

    def _try_to_write(self, client: SyncPrefectClient) -> httpx.HTTPError | None:
        """Why it was not written: what the server refused, or the way there."""
        try:
            self._write(client)
        except httpx.HTTPError as error:
            return error
        return None

    def keep(self, over: threading.Event) -> None:
        """Write it at once, every few seconds, and at the end; what the server does not take is left out."""
        client = get_client(httpx_settings={"timeout": ANSWER_SECONDS}, sync_client=True)
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}), client:  # the next write is the retry
            self._try_to_write(client)
            while not over.wait(ARTIFACT_SECONDS):
                self._try_to_write(client)
            if error := self._try_to_write(client):
                logger.warning("artifact %s in Prefect lacks how it ended: %r", self._key, error)


@contextmanager
def shown(progress: Progress, part: str, folder: StageFolder) -> Iterator[None]:
    """Show a partition's progress while the block runs: on the terminal's board, in the log, as an artifact.

    Outside of a task run there is no artifact.
    """
    run = TaskRunContext.get()
    artifact = beside(_Artifact(progress, part, run).keep) if run else nullcontext()
    with BOARD.listed(folder.stage, progress), logged(progress), artifact:
        yield
