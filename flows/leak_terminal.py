"""The leak check on the command line: arguments in, the page and the exit code at the end."""

import argparse
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

from prefect import Flow
from pydantic import ValidationError
from rich.console import Console

from flows.complaint import complain
from flows.leak_lines import show
from flows.recipe import load_recipe
from flows.terminal import in_terminal
from storage.errors import BadInput, ExtrapolationError
from storage.filesystem import join, read_bytes
from storage.manifest import read_manifest
from storage.records import StageRef
from tasks.select.compare.config import CompareConfig


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m flows.leaks",
        description="Find copies of B's pictures (say, the evaluation set) among A's (the training set).",
        epilog="exit code: 0 no copies, 1 copies, 2 it could not be told",
    )
    what = "a folder, a .tar, or a text file of `relative/path[ label]` lines"
    parser.add_argument("a", metavar="A", help=f"the data set to search: {what}")
    parser.add_argument("b", metavar="B", help="the one whose pictures are searched for; A again for A's duplicates")
    parser.add_argument("--recipe", help="take the encoder of this recipe's `embed` section too; without, hashes alone")
    parser.add_argument("--data-root", default="runs/leaks", help="where everything is written (%(default)s)")
    parser.add_argument("--score", type=float, default=0.97, help="from which two are copies, 0.93 to 1 (%(default)s)")
    parser.add_argument(
        "--shortlist", type=int, default=10, help="nearest pictures that each is laid over (%(default)s)"
    )
    parser.add_argument(
        "--max-unreadable", type=float, default=0.01, help="largest share of broken files (%(default)s)"
    )
    parser.add_argument("--out", default="leaks.html", help="the page with all pairs side by side (%(default)s)")
    parser.add_argument("--refresh", action="store_true", help="do everything again")
    arguments = parser.parse_args()
    try:
        arguments.config = CompareConfig(score=arguments.score, shortlist=arguments.shortlist)
    except ValidationError as error:
        parser.error("; ".join(f"--{item['loc'][0]}: {item['msg']}" for item in error.errors()))
    return arguments


def _write_page(ref: StageRef, out: str) -> None:
    (page,) = (file.name for part in read_manifest(ref.uri).parts for file in part.files if file.kind == "page")
    try:
        Path(out).write_bytes(read_bytes(join(ref.uri, page)))
    except OSError as error:
        raise BadInput(f"the page cannot be written to {out}: {error.strerror}", "give another --out") from error


def _unforeseen(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> NoReturn:
    """An error's traceback, and not the exit code that Python gives it, which here says that there are copies."""
    sys.__excepthook__(kind, error, trace)
    sys.exit(2)


def main(leaks: Flow[Any, list[StageRef]]) -> None:
    """Run the check from the command line, and exit with what it came to."""
    sys.excepthook = _unforeseen
    arguments = _arguments()
    try:
        with in_terminal(["everything"] if arguments.refresh else []):
            recipe = load_recipe(arguments.recipe) if arguments.recipe else None
            refs = leaks(
                arguments.a, arguments.b, recipe, arguments.data_root, arguments.config, arguments.max_unreadable,
                arguments.refresh,
            )  # fmt: skip
        _write_page(refs[-1], arguments.out)
    except ExtrapolationError as error:
        complain(error)
        sys.exit(2)
    show((arguments.a, arguments.b), refs, arguments.out, Console())
    sys.exit(1 if refs[-1].count else 0)
