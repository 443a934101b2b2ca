"""A stage as a run of its own, on another machine: submitted, waited for, and taken from the store."""

import logging
from dataclasses import replace
from itertools import count
from typing import Any, cast

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterIdempotencyKey
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL

from flows.portable import absolute, portable
from flows.waiting import ended
from storage.errors import BadInput, RunFailed
from storage.filesystem import exists, join
from storage.fingerprint import fingerprint
from storage.manifest import MANIFEST, StageFolder, read_manifest
from storage.records import StageRef

logger = logging.getLogger(__name__)


def within(deployment: str) -> bool:
    """Whether this very run is one of the deployment ("flow/deployment")."""
    if (ours := runtime.deployment.id) is None:
        return False
    with get_client(sync_client=True) as client:
        try:
            return str(client.read_deployment_by_name(deployment).id) == str(ours)
        except ObjectNotFound:
            return False


def _key(folder: StageFolder) -> str:
    """What the stage's run is known by, the same for whoever asks; a refresh asks for a run of its own."""
    return fingerprint(absolute(folder.uri), folder.attempt if folder.refresh else "")


def _unended(key: str, uri: str) -> str:
    """The idempotency key of a run that has not ended, or was never submitted: those that ended brought nothing."""
    with get_client(sync_client=True) as client:
        for number in count():
            name = f"{key}-{number}"
            asked = FlowRunFilter(idempotency_key=FlowRunFilterIdempotencyKey(any_=[name]))
            runs = client.read_flow_runs(flow_run_filter=asked)
            vain = next((run for run in runs if run.state and run.state.is_final()), None)
            if vain is None:
                return name
            logger.info("run %s ended as %s, but %s is not whole: it is made again", vain.name, vain.state_name, uri)
    raise AssertionError("numbers do not end")


def _submitted(name: str, deployment: str, folder: StageFolder, parameters: dict[str, Any]) -> FlowRun:
    key = _unended(_key(folder), folder.uri)
    try:
        run = run_deployment(
            deployment, flow_run_name=name, parameters=portable(parameters), timeout=0, idempotency_key=key
        )
    except ObjectNotFound as error:
        raise BadInput(
            f"the Prefect server at {PREFECT_API_URL.value()} has no deployment {deployment}",
            "run `RECIPE=recipes/NAME.yaml prefect deploy --all` in the project's folder, and a worker for its pool; "
            "or set where to inline",
        ) from error
    return cast("FlowRun", run)  # of the two, since no event loop runs here


def _made(name: str, folder: StageFolder, run: FlowRun) -> StageRef:
    """What a run that is complete left in the folder."""
    if not exists(join(folder.uri, MANIFEST)):
        raise RunFailed(
            f"{name}: run {run.name} is complete, but here nothing whole lies at {absolute(folder.uri)}",
            "let data_root be a folder or a bucket that this machine and the worker both see at the same place",
        )
    return replace(read_manifest(folder.uri).ref, uri=folder.uri)


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
    run = _submitted(f"{name} {parameters['recipe']['name']}", deployment, folder, parameters)
    logger.info("%s: waiting for run %s of %s; a worker of its pool takes it", name, run.name, deployment)
    run = ended(run)
    if run.state is None or not run.state.is_completed():
        how = f"{run.state.name}: {run.state.message or 'no reason given'}" if run.state else "lost"
        raise RunFailed(
            f"{name}: run {run.name} of {deployment} ended as {how}",
            "see its log in the Prefect UI and mend what it names; the pipeline, run again as it was, submits it again",
        )
    return _made(name, folder, run)
