"""Artifacts of a flow's run: made where the server takes them, and never a reason for the run to fail."""

import json
import logging
from collections.abc import Mapping, Sequence

import httpx
from prefect.client.schemas.actions import ArtifactCreate
from prefect.context import FlowRunContext, SyncClientContext

from tasks.shown import artifact_key

logger = logging.getLogger(__name__)

Cell = str | int | float


def _publish(kind: str, key: str, data: str, description: str) -> None:
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return  # a flow's function called by itself
    artifact = ArtifactCreate(type=kind, key=key, data=data, description=description, flow_run_id=context.flow_run.id)
    try:
        # The flow's own client, as patient with a server that is restarted as the flow is: one more takes 0.1 s.
        with SyncClientContext.get_or_create() as held:
            held.client.create_artifact(artifact)
    except httpx.HTTPError as error:
        logger.warning("artifact %s could not be shown in Prefect: %r", key, error)


def publish_table(owner: str, name: str, rows: Sequence[Mapping[str, Cell]], description: str) -> None:
    """A table in the Prefect UI, one of the run `owner` ("grocery"); the description is Markdown."""
    _publish("table", artifact_key(owner, name), json.dumps(list(rows)), description)


def publish_page(owner: str, name: str, page: str, description: str) -> None:
    """A page of Markdown in the Prefect UI, one of the run `owner`."""
    _publish("markdown", artifact_key(owner, name), page, description)
