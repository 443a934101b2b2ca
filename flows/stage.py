"""What every stage's flow does the same way: find it whole, gather its partitions, seal it."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from prefect.artifacts import create_table_artifact
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Completed

from flows.recipe import Recipe
from storage.latest import recall, remember
from storage.manifest import Part, StageFolder
from storage.records import StageRef

logger = logging.getLogger(__name__)


def newest(recipe: Recipe, name: str, given: StageRef | None) -> StageRef:
    """The reference that was given, or else the newest finished one of this recipe."""
    return given or recall(recipe.data_root, recipe.name, name)


def found(recipe: Recipe, name: str, folder: StageFolder) -> Any:
    """The Cached state of a stage that is whole already; None where there is work to do."""
    ref = folder.sealed()
    if ref is None:
        return None
    remember(recipe.data_root, recipe.name, name, ref)
    logger.info("%s: cached, nothing to do (%s items, key %s)", name, f"{ref.count:,}", ref.key)
    return Completed(name="Cached", message=f"whole at {ref.uri}", data=ref)


def _line(tally: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in sorted(tally.items()) if count) or "nothing"


def collect(name: str, futures: Iterable[PrefectFuture[Any]]) -> list[Part]:
    """The partitions as they end, each with a line of counts; the first failure is raised."""
    waiting, parts = list(futures), []
    for future in as_completed(waiting):
        part: Part = future.result()
        parts.append(part)
        logger.info("%s: %d of %d, %s: %s", name, len(parts), len(waiting), part.name, _line(part.tally))
    return parts


def total(parts: Sequence[Part], what: str) -> int:
    """How many items of the partitions ended in this way."""
    return sum(part.tally.get(what, 0) for part in parts)


def seal(recipe: Recipe, name: str, folder: StageFolder, parts: Sequence[Part], count: int) -> StageRef:
    """Write the manifest, last of all, and show the stage's counts in the Prefect UI."""
    ref = folder.seal(parts, count, sum(part.seconds for part in parts))
    remember(recipe.data_root, recipe.name, name, ref)
    tally = sum((Counter(part.tally) for part in parts), Counter())
    create_table_artifact(
        table=[{"outcome": what, "items": number} for what, number in sorted(tally.items())],
        key=f"{recipe.name}-{name}".lower().replace("_", "-").replace(".", "-"),
        description=f"{name}: {count:,} items, content {ref.content}, at {ref.uri}",
    )
    logger.info("%s: done, %s items: %s", name, f"{count:,}", _line(dict(tally)))
    return ref
