"""What a server must hold before deployments can run on it: pools, limits, automations. What is there already stays.

`python -m flows.up.furnish` for the server at PREFECT_API_URL; `make up` does it for its own.
"""

import argparse
import sys
from pathlib import Path

import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate, WorkPoolCreate
from prefect.events.schemas.automations import AutomationCore
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.workers.process import ProcessWorker

from flows.complaint import complain
from storage.errors import BadInput

PROJECT = Path(__file__).parents[2]
AUTOMATIONS = PROJECT / "automations.yaml"

POOLS = {"cpu": None, "gpu": 1}
"""The pools, and how many runs a worker of each takes at a time."""

LIMITS = {"crawl": 1}
"""Global concurrency limits, which flows/turns.py waits for: two crawls would ask the same hosts twice as often."""


def _pools(client: SyncPrefectClient) -> None:
    for name in POOLS:
        try:
            client.read_work_pool(name)
        except ObjectNotFound:
            template = ProcessWorker.get_default_base_job_template()
            client.create_work_pool(WorkPoolCreate(name=name, type=ProcessWorker.type, base_job_template=template))


def _limits(client: SyncPrefectClient) -> None:
    for name, limit in LIMITS.items():
        try:
            client.read_global_concurrency_limit_by_name(name)
        except ObjectNotFound:
            client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=name, limit=limit))


def automations() -> list[AutomationCore]:
    """What automations.yaml holds, as `prefect automation create --from-file` reads it."""
    return [AutomationCore.model_validate(each) for each in yaml.safe_load(AUTOMATIONS.read_text())["automations"]]


def _automations(client: SyncPrefectClient) -> None:
    known = {each.name for each in client.read_automations()}
    for automation in automations():
        if automation.name not in known:
            client.create_automation(automation)


def furnish(api: str) -> None:
    """Create what the server at this address lacks."""
    with temporary_settings({PREFECT_API_URL: api}), get_client(sync_client=True) as client:
        _pools(client)
        _limits(client)
        _automations(client)


def main() -> int:
    """Furnish the server of Prefect's own setting: exit code 1 where there is none."""
    if not (api := PREFECT_API_URL.value()):
        complain(BadInput("there is no server to furnish", "set PREFECT_API_URL, such as http://HOST:4200/api"))
        return 1
    furnish(api)
    return 0


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m flows.up.furnish", description=__doc__).parse_args()
    sys.exit(main())
