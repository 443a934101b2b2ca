"""Takes pictures down everywhere under a recipe's data root; needs no Prefect.

    python -m flows.purge recipes/NAME.yaml (--url URL | --creator NAME | --digest SHA256)... [--dry-run]

Stop the runs that write under the data root first: what a run stores beside a purge is not seen by it.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

from rich.console import Console
from rich.table import Table

from flows.recipe import load_recipe
from storage.errors import BadInput, ExtrapolationError
from storage.purge import Purge, plan
from storage.records import Stage
from storage.takedown import TakenDown, folded, records_of
from training.config import Arm

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


def _stages(purge: Purge) -> Table:
    table = Table("stage", "key", "partitions that held it", "shards that held it")
    for folder in purge.stages:
        shards = "\n".join(PurePosixPath(name).name for name in folder.shards)
        table.add_row(folder.stage, folder.key, "\n".join(folder.parts) or "what a killed run left", shards)
    return table


def _stays(purge: Purge) -> Iterator[str]:
    """What a purge cannot mend, and has to be said."""
    for uri in purge.models.checkpoints:
        if PurePosixPath(uri).stem != Arm.TARGETS_ONLY:
            yield f"trained on it, and kept: {uri}"
    for uri in purge.models.unclear:
        yield f"cannot tell what it was trained on, and kept: {uri}"
    for path in purge.targets:
        yield f"a picture of your data set, the next run reads it again unless you take it out: {path}"


def _lines(purge: Purge, command: str, dry: bool) -> Iterator[str | Table]:
    if not purge.matched:
        noted = "it would be noted" if dry else "it is noted"
        yield f"nothing under {purge.root} matches; {noted}, and will never be fetched"
        return
    yield from (f"taken down: {url}" for url in purge.asked)
    yield from (f"taken down, the same picture: {url}" for url in purge.copies)
    if not (purge.stages or purge.store):
        yield "nothing is left of it: it was taken down before"
        return
    yield f"picture store: {len(purge.store.gone)} rows go, {len(purge.store.tainted)} segments are written again"
    if purge.stages:
        yield _stages(purge)
        yield f"make these again without it: {command}"
    if any(folder.stage is Stage.CRAWL for folder in purge.stages):
        yield "the crawl's other partitions are taken as they are; what is made of the crawl is made anew as a whole"


def show(purge: Purge, command: str, dry: bool, console: Console) -> None:
    """Say what is purged, what must be made again and with which command, and what stays."""
    if dry:
        console.print("a dry run: this is what would be done, and nothing is changed")
    for line in (*_lines(purge, command, dry), *_stays(purge)):
        if isinstance(line, Table):
            console.print(line)
        else:
            console.print(line, soft_wrap=True, markup=False, highlight=False)


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
        Console(stderr=True).print(f"[bold red]{type(error).__name__}[/]", highlight=False)
        Console(stderr=True).print(str(error), markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
    sys.exit(0 if purge.matched else 1)


if __name__ == "__main__":
    main()
