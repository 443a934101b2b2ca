"""The command line: arguments in, progress while it runs, the summary and the exit code at the end."""

import argparse
import atexit
import io
import logging
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import Any, NoReturn
from uuid import UUID

import httpx
from prefect import Flow, State, runtime
from prefect.client.orchestration import get_client
from prefect.logging.configuration import setup_logging
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    temporary_settings,
)
from prefect.states import Cancelled
from rich.console import Console

from flows import OURS
from flows.complaint import complain
from flows.dating import a_day
from flows.live import LiveHandler, live
from flows.recipe import load_recipe
from flows.summary import show
from storage.errors import ExtrapolationError
from storage.records import PIPELINE, Stage, StageRef

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 3.0
"""That a server may take to hear that a run was interrupted."""


def speak_plainly() -> LiveHandler:
    """Show our own log lines and none of Prefect's, which still reach its UI with ours."""
    os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"  # read whenever Prefect sets up its logging
    setup_logging()
    handler = LiveHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(asctime)s  %(message)s", "%H:%M:%S"))
    for name in OURS:
        logging.getLogger(name).addHandler(handler)
    return handler


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m flows.pipeline", description="Run a recipe, stage by stage.")
    parser.add_argument("recipe", help="a YAML file, such as recipes/grocery.yaml")
    parser.add_argument("--until", type=Stage, choices=PIPELINE, default=Stage.REPORT, help="stop after this stage")
    parser.add_argument(
        "--refresh", type=Stage, choices=PIPELINE, action="append", default=[], metavar="STAGE",
        help="run this stage again though it is whole; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--as-of", type=a_day, default="", metavar="DAY",
        help="today, or YYYY-MM-DD: on another day the sources are asked again, and only what is new is fetched",
    )  # fmt: skip
    parser.add_argument("--data-root", help="where everything is written, instead of the recipe's data_root")
    return parser.parse_args()


def _tell_server() -> None:
    """Let a server of one's own know that the run, and all within it, is over; one that does not answer is left."""
    run = runtime.flow_run.root_flow_run_id
    if run is None:
        return
    ended: State[None] = Cancelled(message="interrupted in the terminal; what is whole stays")
    with (
        suppress(httpx.HTTPError),
        temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}),
        get_client(httpx_settings={"timeout": ANSWER_SECONDS}, sync_client=True) as client,
    ):
        client.set_flow_run_state(UUID(run), ended, force=True)


def _how_to_go_on(refreshed: Sequence[str]) -> str:
    """What the command does when it is given again: with --refresh, a refresh that takes nothing of this one."""
    if not refreshed:
        return "the same command goes on from there"
    return (
        f"the same command runs {', '.join(refreshed)} from the start; without --refresh it goes on from there, where "
        "a result from before a refresh that has not ended stays the result"
    )


def _leave(handler: LiveHandler, refreshed: Sequence[str], number: int, _: FrameType | None) -> NoReturn:
    """End at once: a thread under way would else be waited for, and what is whole on disk stays whole."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second Ctrl-C waits for nothing
    handler.freeze()
    sys.stderr.write(f"\ninterrupted: what is whole stays, and {_how_to_go_on(refreshed)}\n")
    sys.stderr = io.StringIO()  # else Prefect tells of every line that it cannot send any more
    if PREFECT_API_URL.value():
        _tell_server()
    atexit._run_exitfuncs()  # Prefect ends the server that it started
    os._exit(128 + number)


@contextmanager
def in_terminal(refreshed: Sequence[str]) -> Iterator[None]:
    """Show our log lines and the progress of flows while the block runs; Ctrl-C ends the process at once.

    `refreshed` is what the command makes anew though it is whole, for whoever interrupts it.
    """
    handler = speak_plainly()
    signal.signal(signal.SIGINT, partial(_leave, handler, refreshed))
    # A server that Prefect starts for this run alone listens for no heartbeats, and each flow would wait a second.
    unheard = {} if PREFECT_API_URL.value() else {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
    with temporary_settings(updates=unheard), live(handler):
        yield


def main(extrapolate: Flow[Any, list[StageRef]]) -> None:
    """Run the pipeline from the command line; an error that stops it exits with 1."""
    arguments = _arguments()
    try:
        with in_terminal(arguments.refresh):
            recipe = load_recipe(arguments.recipe, arguments.data_root)
            logger.info("%s: everything is written below %s; starting Prefect", recipe.name, recipe.data_root)
            refs = extrapolate(recipe, arguments.until, arguments.refresh, arguments.as_of)
    except ExtrapolationError as error:
        complain(error)
        sys.exit(1)
    show(refs, recipe.report.note, Console())
