"""A long partition as people see it in the Prefect UI: how far it is, in a progress artifact."""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.context import FlowRunContext, TaskRunContext
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from tasks.progress import Watched, beside, watched

logger = logging.getLogger(__name__)

ARTIFACT_SECONDS = 4.0
"""Before the first write of an artifact, so that short partitions have none, and between two: each is a request."""

ANSWER_SECONDS = 5.0
"""That the server may take to answer one of them."""


def artifact_key(*words: str) -> str:
    """What an artifact is known by, of the characters that Prefect allows: newer ones of a key follow older ones."""
    return re.sub(r"[^a-z0-9]+", "-", " ".join(words).lower()).strip("-")


class _Artifact:
    """The progress artifact of one partition: created once, then updated."""

    def __init__(self, here: Watched, part: str, run: TaskRunContext) -> None:
        flow = FlowRunContext.get()
        self._key = artifact_key(flow.flow_run.name if flow and flow.flow_run else "", part)
        self._flow_run = run.task_run.flow_run_id
        self._task_run = run.task_run.id
        self._here = here
        self._id: UUID | None = None

    def _write(self, client: SyncPrefectClient) -> None:
        if self._here.look is None:
            return
        now = self._here.look()
        if self._id:
            client.update_artifact(self._id, ArtifactUpdate(data=now.percent, description=now.said))
            return
        self._id = client.create_artifact(
            ArtifactCreate(
                key=self._key, type="progress", data=now.percent, description=now.said,
                flow_run_id=self._flow_run, task_run_id=self._task_run,
            )
        ).id  # fmt: skip

    def _try_to_write(self, client: SyncPrefectClient) -> httpx.HTTPError | ObjectNotFound | None:
        """Why it was not written: what the server refused, or the way there."""
        try:
            self._write(client)
        except (httpx.HTTPError, ObjectNotFound) as error:
            return error
        return None

    def keep(self, over: threading.Event) -> None:
        """Write it every few seconds and at the end; what the server does not take is left out."""
        if over.wait(ARTIFACT_SECONDS):
            return
        client = get_client(httpx_settings={"timeout": ANSWER_SECONDS}, sync_client=True)
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}), client:  # the next write is the retry
            self._try_to_write(client)
            while not over.wait(ARTIFACT_SECONDS):
                self._try_to_write(client)
            if error := self._try_to_write(client):
                logger.warning("artifact %s in Prefect lacks how it ended: %r", self._key, error)


@contextmanager
def shown(part: str) -> Iterator[None]:
    """Show how far a partition has come, as its work tells `tasks.progress`, while the block runs.

    Outside of a task run nothing is shown.
    """
    with watched() as here:
        run = TaskRunContext.get()
        if run is None:
            yield
            return
        with beside(_Artifact(here, part, run).keep):
            yield
