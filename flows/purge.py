"""Takes pictures down everywhere under a recipe's data root; needs no Prefect.

    python -m flows.purge recipes/NAME.yaml (--url URL | --creator NAME | --digest SHA256)... [--dry-run]

Stop the runs that write under the data root first: what a run stores beside a purge is not seen by it.
"""

import argparse
import re
import sys

from rich.console import Console

from flows.complaint import complain
from flows.purge_lines import show
from flows.recipe import load_recipe
from storage.errors import BadInput, ExtrapolationError
from storage.purge import plan
from storage.takedown import TakenDown, folded, records_of

FLAGS = (
    ("--url", "URL", "the picture that was fetched from here"),
    ("--creator", "NAME", "all pictures of this creator, whatever the case"),
    ("--digest", "SHA256", "the picture with these bytes, as held or as the host sent them"),
)
DIGEST = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m flows.purge",
        description="Take pictures down: out of the store and of every stage, never to be fetched again.",
    )
    parser.add_argument("recipe", help="a YAML file, such as recipes/grocery.yaml")
    parser.add_argument("--data-root", help="where everything was written, instead of the recipe's data_root")
    for flag, metavar, what in FLAGS:
        parser.add_argument(flag, action="append", default=[], metavar=metavar, help=f"{what}; repeatable")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
    arguments = parser.parse_args()
    if not (arguments.url or arguments.creator or arguments.digest):
        parser.error("say what to take down: --url, --creator or --digest")
    return arguments


def _wanted(arguments: argparse.Namespace) -> TakenDown:
    """What was asked for; BadInput where it would match nothing, or everything without a name."""
    if not all(arguments.url) or not all(map(folded, arguments.creator)):
        raise BadInput("an empty --url or --creator names no picture", "give the URL, or the creator's name, in full")
    if wrong := [digest for digest in arguments.digest if not DIGEST.fullmatch(digest)]:
        raise BadInput(f"--digest {wrong[0]} is no SHA-256", "give its 64 hex digits, as sha256sum prints them")
    return TakenDown.of(arguments.url, arguments.creator, arguments.digest)


def main() -> None:
    """Purge from the command line; exits with 1 where nothing matched, or where it could not be done."""
    arguments = _arguments()
    try:
        wanted = _wanted(arguments)
        purge = plan(load_recipe(arguments.recipe, arguments.data_root).data_root, wanted)
        elsewhere = f" --data-root {arguments.data_root}" if arguments.data_root else ""
        # Said before it is done: after a kill the manifests that tell of the models may be gone.
        show(purge, f"python -m flows.pipeline {arguments.recipe}{elsewhere}", arguments.dry_run, Console())
        if not arguments.dry_run:
            purge.carry_out()
            sys.stdout.write(f"done; the record stays in {records_of(purge.root)}\n")
    except ExtrapolationError as error:
        complain(error)
        sys.exit(1)
    sys.exit(0 if purge.matched else 1)


if __name__ == "__main__":
    main()
