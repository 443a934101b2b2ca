"""`python -m flows.up recipes/NAME.yaml`: everything that deployments need, on one machine, until Ctrl-C.

It starts a Prefect server, creates its pools, limits and automations, deploys prefect.yaml with the recipe, and starts
a worker for each pool. The server's address and database are Prefect's own settings: PREFECT_SERVER_API_HOST and _PORT,
PREFECT_SERVER_DATABASE_CONNECTION_URL.
"""

import argparse
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from flows.complaint import complain
from flows.recipe import load_recipe
from flows.up.children import Children
from flows.up.ending import end
from flows.up.furnish import POOLS, PROJECT, furnish
from flows.up.interrupts import Interrupted, Interrupts
from flows.up.place import Place
from storage.errors import ExtrapolationError

OUTPUTS = Path("runs", "up").absolute()
"""A folder for the outputs of each port's processes."""
STARTING, DEPLOYING = 120.0, 300.0
"""Seconds that the server, which may have a database to lay out, and the deployments may take."""

CHOSEN = {
    "PREFECT_WORKER_QUERY_SECONDS": "2",
    # Else runs, their logs and artifacts are kept for ever; so they are for 90 days.
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    # In memory, as Prefect has it, they are lost with the server, and with them the slots that they hold.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
}
"""What is set otherwise than Prefect does, where the environment does not say so itself."""


def _seen_from_project(recipe: str) -> str:
    """The path that runs find it by, which work in the project's folder."""
    whole = Path(recipe).resolve()
    return str(whole.relative_to(PROJECT) if whole.is_relative_to(PROJECT) else whole)


def _environment(place: Place, recipe: str) -> Mapping[str, str]:
    told = {"PREFECT_API_URL": place.api, "RECIPE": recipe, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
    return {**CHOSEN, **os.environ, **told}


def _say(text: str) -> None:
    sys.stdout.write(f"up: {text}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m flows.up", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipe", help="a YAML file, such as recipes/demo.yaml, which all deployments take")
    return parser.parse_args()


def _welcome(place: Place, recipe: str) -> str:
    return f"""ready: {place.ui}
    Deployments, extrapolate/pipeline, Run      the whole of {recipe}; or, in another terminal of this folder:
    PREFECT_API_URL={place.api} {Path(sys.executable).parent / "prefect"} deployment run extrapolate/pipeline
    Ctrl-C ends all of it; runs under way are then Crashed, and go on with Retry after the next start.
    What each process says lies in {OUTPUTS / str(place.port)}"""


def _up(children: Children, place: Place, recipe: str) -> NoReturn:
    """Start everything in its order, and watch it."""
    _say(f"starting a Prefect server at {place.ui}")
    children.start("server", ["server", "start"])
    children.until(place.answers, STARTING, "the server's start")
    furnish(place.api)
    _say(f"deploying prefect.yaml with {recipe}")
    children.finish("deploy", ["--no-prompt", "deploy", "--all"], DEPLOYING)
    for pool, limit in POOLS.items():
        words = ["worker", "start", "--pool", pool, "--name", f"{pool}-{socket.gethostname()}"]
        children.start(pool, [*words, *(["--limit", str(limit)] if limit else [])], aloud=True)
    _say(_welcome(place, recipe))
    children.watch()


def main() -> int:
    """Start all and end all: exit code 1 where one of them failed, else 128 and the number of the signal."""
    given, place = _arguments().recipe, Place.of_settings()
    try:
        load_recipe(given)
        recipe = _seen_from_project(given)
        place.require_free()
        children = Children(OUTPUTS / str(place.port), _environment(place, recipe), Interrupts())
        try:
            _up(children, place, recipe)
        finally:
            end(children.running, children.interrupts)
    except ExtrapolationError as error:
        complain(error)
        return 1
    except Interrupted as asked:
        _say("ended, with everything that it started")
        return 128 + asked.number


if __name__ == "__main__":
    sys.exit(main())
