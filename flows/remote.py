"""A stage as a run of its own, on another machine: submitted, waited for, and taken from the store."""

import logging
import time
from dataclasses import replace
from itertools import count
from typing import Any, cast

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterIdempotencyKey
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL

from storage.errors import BadInput, RunFailed
from storage.fingerprint import fingerprint
from storage.manifest import StageFolder, read_manifest
from storage.records import StageRef

logger = logging.getLogger(__name__)

LOOK_EVERY = 5.0
"""Seconds between two looks whether the run has ended."""


def _key(folder: StageFolder) -> str:
    """What the stage's run is known by, the same for whoever asks; a refresh asks for a run of its own."""
    return fingerprint(folder.uri, folder.attempt if folder.refresh else "")


def _unended(key: str) -> str:
    """The idempotency key of a run that has not ended, or was never submitted: those that ended brought nothing."""
    with get_client(sync_client=True) as client:
        for number in count():
            name = f"{key}-{number}"
            asked = FlowRunFilter(idempotency_key=FlowRunFilterIdempotencyKey(any_=[name]))
            runs = client.read_flow_runs(flow_run_filter=asked)
            if not any(run.state and run.state.is_final() for run in runs):
                return name
    raise AssertionError("numbers do not end")


def _submitted(deployment: str, key: str, parameters: dict[str, Any]) -> FlowRun:
    try:
        run = run_deployment(deployment, parameters=parameters, timeout=0, idempotency_key=_unended(key))
    except ObjectNotFound as error:
        raise BadInput(
            f"the Prefect server at {PREFECT_API_URL.value()} has no deployment {deployment}",
            "run `prefect deploy --all` in the project's folder, and a worker for its pool; or set where to inline",
        ) from error
    return cast("FlowRun", run)  # of the two, since no event loop runs here


def _ended(run: FlowRun) -> FlowRun:
    with get_client(sync_client=True) as client:
        while not (run.state and run.state.is_final()):
            time.sleep(LOOK_EVERY)
            run = client.read_flow_run(run.id)
    return run


def run_elsewhere(name: str, folder: StageFolder, deployment: str, parameters: dict[str, Any]) -> StageRef:
    """Let a deployment ("flow/deployment") make the stage in this folder, and wait for it.

    One run serves everybody who asks for the same stage, also after whoever asked first was killed.
    Raises BadInput without a server or a deployment, and RunFailed where the run did not make the stage.
    """
    if not PREFECT_API_URL.value():
        raise BadInput(
            f"{name}: no Prefect server could hand its run to a worker",
            "start one (prefect server start) and set PREFECT_API_URL to it, or set where to inline",
        )
    run = _submitted(deployment, _key(folder), parameters)
    logger.info("%s: waiting for run %s of %s; a worker of its pool takes it", name, run.name, deployment)
    run = _ended(run)
    if run.state is None or not run.state.is_completed():
        how = f"{run.state.name}: {run.state.message or 'no reason given'}" if run.state else "lost"
        raise RunFailed(
            f"{name}: run {run.name} of {deployment} ended as {how}",
            "see its log in the Prefect UI and mend what it names; the next run of the pipeline submits it again",
        )
    return replace(read_manifest(folder.uri).ref, uri=folder.uri)
