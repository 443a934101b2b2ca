"""What a take-down says: what goes, how the rest is made again, and what stays."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from rich.console import Console
from rich.table import Table

from storage.purge import Purge
from storage.records import Stage
from training.config import Arm


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
    for url in (*purge.scope.asked, *purge.scope.copies):
        if url.startswith("file:"):
            yield f"a file of your own pool holds it, and is kept; no run takes it from there again: {url}"
    for uri in purge.naming:
        yield f"its URL, title or creator, and no picture, stay in what the crawl was offered: {uri}"


def _store(purge: Purge) -> str:
    store = purge.store
    return (
        f"picture store: {len(store.gone)} rows go, {len(store.tainted)} segments are written again, "
        f"{len(store.stray)} files that no index names go"
    )


def _goes(purge: Purge, command: str) -> Iterator[str | Table]:
    """What is removed, and how it is made again."""
    if purge.store:
        yield _store(purge)
    if purge.stages:
        yield _stages(purge)
        yield f"make these again without it: {command}"
    if any(folder.stage is Stage.CRAWL for folder in purge.stages):
        yield "the crawl's other partitions are taken as they are; what is made of the crawl is made anew as a whole"


def _lines(purge: Purge, command: str, dry: bool) -> Iterator[str | Table]:
    if not purge.matched:
        noted = "it would be noted" if dry else "it is noted"
        yield f"nothing under {purge.root} matches; {noted}, and will never be fetched"
    yield from (f"taken down: {url}" for url in purge.scope.asked)
    yield from (f"taken down, the same picture: {url}" for url in purge.scope.copies)
    if purge.stages or purge.store:
        if not purge.matched:
            yield "what cannot say that it does not hold it goes all the same:"
        yield from _goes(purge, command)
    elif purge.scope.recorded:
        yield "nothing is left of it: it was taken down before"
    elif purge.matched:
        yield "it was offered, and no picture of it is held"


def show(purge: Purge, command: str, dry: bool, console: Console) -> None:
    """Say what is purged, what must be made again and with which command, and what stays."""
    if dry:
        console.print("a dry run: this is what would be done, and nothing is changed")
    for line in (*_lines(purge, command, dry), *_stays(purge)):
        if isinstance(line, Table):
            console.print(line)
        else:
            console.print(line, soft_wrap=True, markup=False, highlight=False)
