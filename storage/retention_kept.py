"""Which stages are needed: those that something points at, those that are young, and all that they were made of."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from storage import filesystem
from storage.errors import BadInput
from storage.latest import FOLDER
from storage.records import Stage
from storage.retention_folders import Held

Place = tuple[Stage, str]
"""A stage and its key: one folder under a data root."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What stays but for being the newest: all since `before`, and `products` since `products_before`.

    Both are seconds since 1970.
    """

    before: float
    products: frozenset[Stage]
    products_before: float


def pointed(root: str) -> frozenset[Place]:
    """The stages that any recipe finished last; BadInput where no recipe ever finished one under this root."""
    place = filesystem.join(root, FOLDER)
    names = [file.name for file in filesystem.walk(place) if file.name.endswith(".json")]
    if not names:
        raise BadInput(
            f"{root} is no data root of finished stages: no recipe's newest stages are named in {place}",
            "give the recipe whose data_root the pipeline wrote to, or that folder as --data-root",
        )
    refs = [json.loads(filesystem.read_bytes(filesystem.join(place, name))) for name in names]
    return frozenset((Stage(ref["stage"]), ref["key"]) for ref in refs)


def _alike(folders: Iterable[Held]) -> dict[tuple[str, Stage], list[Held]]:
    """The finished folders of each stage by what came out."""
    alike: dict[tuple[str, Stage], list[Held]] = defaultdict(list)
    for folder in folders:
        if folder.manifest:
            alike[folder.manifest.ref.content, folder.stage].append(folder)
    return alike


def _newest(same: Iterable[Held]) -> Held:
    return max(same, key=lambda folder: (folder.written, folder.key))


def _holders(folders: Iterable[Held], roots: frozenset[Place]) -> dict[str, list[Held]]:
    """Who gives a content to what was made of it: the roots that have it, or else the newest of each stage.

    A crawl that finds nothing new on another day has the content of the day before.
    """
    found: dict[str, list[Held]] = defaultdict(list)
    for (content, _), same in _alike(folders).items():
        at_root = [folder for folder in same if (folder.stage, folder.key) in roots]
        found[content] += at_root or [_newest(same)]
    return found


def needed(folders: Sequence[Held], roots: Sequence[Held]) -> frozenset[Place]:
    """The roots with everything that they were made of."""
    holders = _holders(folders, frozenset((root.stage, root.key) for root in roots))
    found, left = set[Place](), list(roots)
    while left:
        folder = left.pop()
        if (folder.stage, folder.key) not in found:
            found.add((folder.stage, folder.key))
            inputs = folder.manifest.inputs.values() if folder.manifest else ()
            left += [one for content in inputs for one in holders.get(content, ())]
    return frozenset(found)


def _products(folders: Iterable[Held], latest: frozenset[Place], rule: Rule) -> Iterator[Held]:
    """The products that are young enough, once for what came out of several."""
    for (_, stage), same in _alike(folders).items():
        is_latest = any((folder.stage, folder.key) in latest for folder in same)
        if stage in rule.products and not is_latest and _newest(same).written > rule.products_before:
            yield _newest(same)


def kept(folders: Sequence[Held], latest: frozenset[Place], rule: Rule) -> frozenset[Place]:
    """What stays: the newest results, young products, whatever was written or used lately, and all they need."""
    roots = [one for one in folders if (one.stage, one.key) in latest or one.written > rule.before]
    return needed(folders, [*roots, *_products(folders, latest, rule)])
