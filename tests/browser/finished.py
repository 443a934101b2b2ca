"""A server on which the pipeline has run from the command line, and which has deployments; no worker waits for more."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.flows.machine import PREFECT, PROJECT
from tests.flows.server import server

NONE: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finished:
    """Where the server is, and what ran there."""

    api: str
    recipe: str
    data_root: str

    @property
    def ui(self) -> str:
        """Where the pages begin: the second of Prefect's two UIs, which its root leads to."""
        return self.api.removesuffix("api") + "v2"

    def listed(self, what: str) -> list[dict[str, Any]]:
        """What the API lists of one kind: flow_runs, deployments, artifacts."""
        answer = httpx.post(f"{self.api}/{what}/filter", json={}, timeout=60).raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def page(self, run: str) -> str:
        """Where the UI shows the one run of this name."""
        [found] = [one["id"] for one in self.listed("flow_runs") if one["name"] == run]
        return f"{self.ui}/runs/flow-run/{found}"

    def form(self, deployment: str) -> str:
        """Where the UI lets somebody run the deployment of this name."""
        [found] = [one["id"] for one in self.listed("deployments") if one["name"] == deployment]
        return f"{self.ui}/deployments/deployment/{found}/run"


def _do(words: Sequence[str], environment: dict[str, str]) -> None:
    done = subprocess.run(words, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def finished(folder: Path, recipe: str, deployments: Sequence[str], beside: Sequence[str] = NONE) -> Iterator[Finished]:
    """While the block runs; all that is written lies in the folder.

    `beside` is a command before that of the pipeline, such as one that serves a web while the pipeline runs.
    """
    root = str(folder / "runs")
    names = [word for name in deployments for word in ("--name", name)]
    with server(folder) as api:
        environment = {**os.environ, "PREFECT_HOME": str(folder / "home"), "PREFECT_API_URL": api, "RECIPE": recipe}
        _do([*PREFECT, "work-pool", "create", "cpu", "--type", "process"], environment)
        _do([*PREFECT, "--no-prompt", "deploy", *names], environment)
        _do([*beside, sys.executable, "-m", "flows.pipeline", recipe, "--data-root", root], environment)
        yield Finished(api, recipe, root)
