"""Retention on the command line: arguments in, a row for each thing that goes, and what that gives back."""

import argparse
import sys
import time
from typing import Any

from prefect import Flow
from rich.console import Console

from flows.complaint import complain
from flows.recipe import load_recipe
from flows.retention_lines import counts, drawn
from flows.terminal import in_terminal
from storage.errors import ExtrapolationError
from storage.records import Stage
from storage.retention import PRODUCTS
from storage.retention_going import Going


def _days(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no number of days: 0 or more, whole")
    return int(text)


def _arguments(keep_days: int) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m flows.retention",
        description="Say what no finished work under a data root needs any more; with --carry-out, remove it.",
    )
    parser.add_argument("recipe", help="a YAML file, such as recipes/grocery.yaml")
    parser.add_argument("--data-root", help="where everything was written, instead of the recipe's data_root")
    parser.add_argument(
        "--keep-days", type=_days, default=keep_days, metavar="N",
        help="only what was written longer ago may go (%(default)s); with 0, see that no run is under way",
    )  # fmt: skip
    parser.add_argument(
        "--products", type=Stage, choices=list(Stage), nargs="*", default=list(PRODUCTS), metavar="STAGE",
        help="stages of which all finished results stay (shard train); without a name none",
    )  # fmt: skip
    parser.add_argument("--carry-out", action="store_true", help="remove it")
    return parser.parse_args()


def main(retention: Flow[Any, tuple[Going, ...]], keep_days: int) -> None:
    """Clean up from the command line; an error that stops it exits with 1."""
    arguments, console = _arguments(keep_days), Console()
    try:
        with in_terminal():
            recipe = load_recipe(arguments.recipe, arguments.data_root)
            gone = retention(recipe, arguments.keep_days, arguments.products, not arguments.carry_out)
    except ExtrapolationError as error:
        complain(error)
        sys.exit(1)
    if gone:
        console.print(drawn(gone, time.time()))
    done = "freed" if arguments.carry_out else "a dry run, nothing is removed; --carry-out would free"
    console.print(f"{done} {counts(gone)}", markup=False, highlight=False, soft_wrap=True)
