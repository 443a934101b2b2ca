"""A run on another machine, waited for until it has ended."""

import logging
import time

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL

from storage.errors import RunFailed

logger = logging.getLogger(__name__)

LOOK_EVERY = 5.0
"""Seconds between two looks whether the run has ended."""


PATIENCE = 300.0
"""Seconds that the server may be out of reach while a run is waited for, as it is while it is restarted."""

TELL_EVERY = 180.0
"""Seconds between two lines that say what is waited for."""


def _looked(client: SyncPrefectClient, run: FlowRun) -> FlowRun:
    """The run as it stands now; a server out of reach is asked again for a while."""
    since = time.monotonic()
    while True:
        try:
            return client.read_flow_run(run.id)
        except ObjectNotFound as error:
            raise RunFailed(
                f"run {run.name} was deleted while it was waited for",
                "the pipeline, run again as it was, submits it again",
            ) from error
        except httpx.TransportError as error:
            if time.monotonic() - since > PATIENCE:
                raise RunFailed(
                    f"run {run.name}: the Prefect server at {PREFECT_API_URL.value()} does not answer: {error!r}",
                    "start it again; the next run of the pipeline finds the run where it is",
                ) from error
            time.sleep(LOOK_EVERY)


def ended(run: FlowRun) -> FlowRun:
    """The run when it has ended, in whichever way; raises RunFailed where it or the server is gone."""
    told = time.monotonic()
    with get_client(sync_client=True) as client:
        while not (run.state and run.state.is_final()):
            time.sleep(LOOK_EVERY)
            run = _looked(client, run)
            if time.monotonic() - told > TELL_EVERY:
                told = time.monotonic()
                idle = "; does a worker poll its pool?" if run.state and run.state.is_scheduled() else ""
                logger.info("run %s: still %s%s", run.name, run.state_name, idle)
    return run
