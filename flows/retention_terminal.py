"""Retention on the command line, without Prefect: arguments in, a row for each thing that goes, and what that frees."""

import argparse
import sys

from rich.console import Console

from flows.complaint import complain
from flows.recipe import load_recipe
from flows.retention_lines import counts, drawn
from storage.errors import ExtrapolationError
from storage.records import Stage
from storage.retention import KEEP_DAYS, KEEP_PRODUCTS_DAYS, PRODUCTS, CleanUp, plan


def _days(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no number of days: 0 or more, whole")
    return int(text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m flows.retention",
        description="Say what no finished work under a data root needs any more; with --carry-out, remove it.",
    )
    parser.add_argument("recipe", help="a YAML file, such as recipes/grocery.yaml")
    parser.add_argument("--data-root", help="where everything was written, instead of the recipe's data_root")
    parser.add_argument(
        "--keep-days", type=_days, default=KEEP_DAYS, metavar="N",
        help="only what no run has written, found or read for so long may go (%(default)s): more than a run takes; "
        "with 0, see that none is under way",
    )  # fmt: skip
    parser.add_argument(
        "--products", type=Stage, choices=list(Stage), nargs="*", default=list(PRODUCTS), metavar="STAGE",
        help="stages of which finished results stay longer (shard train); without a name none",
    )  # fmt: skip
    parser.add_argument(
        "--keep-products-days", type=_days, default=KEEP_PRODUCTS_DAYS, metavar="N",
        help="how long they stay (%(default)s); what a recipe finished last stays for ever",
    )  # fmt: skip
    parser.add_argument("--carry-out", action="store_true", help="remove it")
    return parser.parse_args()


def _carry_out(planned: CleanUp, console: Console) -> None:
    gone = planned.carry_out()
    if stayed := len(planned.going) - len(gone):
        console.print(f"{stayed:,} of these stay, since a run has come back to them", highlight=False)
    console.print(f"freed {counts(gone)}", markup=False, highlight=False, soft_wrap=True)


def main() -> None:
    """Clean up from the command line; an error that stops it exits with 1."""
    arguments, console = _arguments(), Console()
    try:
        root = load_recipe(arguments.recipe, arguments.data_root).data_root
        planned = plan(root, arguments.keep_days, arguments.products, arguments.keep_products_days)
        if planned.going:  # first, for it may be killed on its way
            console.print(drawn(planned.going, planned.at))
        if arguments.carry_out:
            _carry_out(planned, console)
        else:
            would = f"a dry run, nothing is removed; --carry-out would free {counts(planned.going)}"
            console.print(would, markup=False, highlight=False, soft_wrap=True)
    except ExtrapolationError as error:
        complain(error)
        sys.exit(1)
