"""Which finished stages are needed: those that something points at, and all that they were made of."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from storage import filesystem
from storage.errors import BadInput
from storage.latest import FOLDER
from storage.records import Stage
from storage.retention_folders import Held

Place = tuple[Stage, str]
"""A stage and its key: one folder under a data root."""


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


def _holders(folders: Iterable[Held], roots: frozenset[Place]) -> dict[str, list[Held]]:
    """Who gives a content to what was made of it: the roots that have it, or else the newest of each stage.

    A crawl that finds nothing new on another day has the content of the day before.
    """
    alike: dict[tuple[str, Stage], list[Held]] = defaultdict(list)
    for folder in folders:
        if folder.manifest:
            alike[folder.manifest.ref.content, folder.stage].append(folder)
    found: dict[str, list[Held]] = defaultdict(list)
    for (content, _), same in alike.items():
        at_root = [folder for folder in same if (folder.stage, folder.key) in roots]
        found[content] += at_root or [max(same, key=lambda folder: (folder.written, folder.key))]
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


def kept(
    folders: Sequence[Held], latest: frozenset[Place], products: frozenset[Stage], before: float
) -> frozenset[Place]:
    """What stays: the newest results, finished products, whatever was written since `before`, and all they need."""

    def is_root(folder: Held) -> bool:
        product = folder.manifest is not None and folder.stage in products
        return product or (folder.stage, folder.key) in latest or folder.written > before

    return needed(folders, list(filter(is_root, folders)))
