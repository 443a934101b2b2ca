"""`python -m flows.pipeline` as a process of its own, and what the server says of its run afterwards."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowFilter, FlowFilterName
from prefect.client.schemas.sorting import FlowRunSort

from storage.manifest import read_manifest
from storage.records import Stage

PROJECT = Path(__file__).parents[2]
PATIENCE = 600.0
"""Seconds that a run of the tiny recipe may take."""

Command = list[str]


def pipeline(recipe: Path, root: Path | str, until: Stage) -> Command:
    """The command that runs a recipe up to a stage, below a data root."""
    told = ["--until", until, "--data-root", str(root)]
    return [sys.executable, "-m", "flows.pipeline", str(recipe), *told]


def started(command: Sequence[str], server: str, log: Path) -> subprocess.Popen[bytes]:
    """The command as a process, what it says in the log; for the caller to end."""
    with log.open("wb") as out:
        return subprocess.Popen(
            command, cwd=PROJECT, env={**os.environ, "PREFECT_API_URL": server}, stdout=out, stderr=out
        )


def ended(process: subprocess.Popen[bytes], log: Path, meanwhile: Callable[[], None] = lambda: None) -> tuple[int, str]:
    """The exit code and all that was said, once it is over; killed when it is not in time, or `meanwhile` fails."""
    try:
        meanwhile()
        code = process.wait(PATIENCE)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return code, log.read_text()


def run(command: Sequence[str], server: str, log: Path) -> tuple[int, str]:
    """The command's exit code and all that it said."""
    return ended(started(command, server, log), log)


def last_state(server: str, flow: str) -> str:
    """The name of the state of this flow's newest run, as the server tells it."""
    with SyncPrefectClient(server) as client:
        [newest] = client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=[flow])), sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=1
        )
    return newest.state_name or ""


def shards_below(root: Path) -> dict[str, bytes]:
    """The shards of the one finished shard stage below a data root, by name."""
    [manifest] = (root / Stage.SHARD).glob("*/manifest.json")
    parts = read_manifest(str(manifest.parent)).parts
    names = [file.name for part in parts for file in part.files if file.kind == "shard"]
    return {Path(name).name: (manifest.parent / name).read_bytes() for name in names}
