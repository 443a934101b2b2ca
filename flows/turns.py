"""Runs that must not work at the same time take turns, wherever they run."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from prefect.client.orchestration import get_client
from prefect.client.schemas.responses import GlobalConcurrencyLimitResponse
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectNotFound

logger = logging.getLogger(__name__)

LEASE = 60.0
"""Seconds, the fewest that Prefect allows, after which the turn of a run that was killed is another's."""


def _limit(name: str) -> GlobalConcurrencyLimitResponse | None:
    with get_client(sync_client=True) as client:
        try:
            return client.read_global_concurrency_limit_by_name(name)
        except ObjectNotFound:
            return None


@contextmanager
def turn(name: str) -> Iterator[None]:
    """Hold a slot of the server's global concurrency limit of this name while the block runs; without one, just run.

    A server that is away for a while does not end the block: the worst is that two run at once.
    """
    limit = _limit(name)
    if limit is None:
        yield
        return
    if limit.active_slots >= limit.limit:
        logger.info("%s: waiting for its turn: %d of %d are taken", name, limit.active_slots, limit.limit)
    with concurrency(name, lease_duration=LEASE, raise_on_lease_renewal_failure=False):
        yield
