"""A machine that knows a server: what it deploys there, and a worker that it starts."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).parents[2]
GRACE = 20.0
"""Seconds that a worker may take to end."""
PREFECT = [sys.executable, "-m", "prefect"]


def deployed_to(server: str, deployment: str) -> dict[str, str]:
    """The environment of a machine that knows the server, with the gpu pool and this deployment of prefect.yaml."""
    environment = {**os.environ, "PREFECT_API_URL": server, "GROCERY_ROOT": "/data"}
    pool = ["work-pool", "create", "gpu", "--type", "process", "--overwrite"]
    for words in (pool, ["--no-prompt", "deploy", "--name", deployment]):
        done = subprocess.run(
            [*PREFECT, *words], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return environment


@contextmanager
def worker(environment: dict[str, str], log: Path, pool: str = "gpu") -> Iterator[None]:
    """A worker of the pool, while the block runs; it starts in the folder of its log."""
    command = [*PREFECT, "worker", "start", "--pool", pool, "--limit", "1"]
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=log.parent, env=environment, stdout=out, stderr=out)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:  # it may wait for the end of a run that it has given up
            process.kill()
            process.wait()
