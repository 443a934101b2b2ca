"""What goes of a data root whose needed stages are known: stages, attempts, work of trainings, halves of files."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from storage import filesystem
from storage.filesystem import PARTIAL
from storage.listing import Listed
from storage.manifest import PARTS
from storage.records import Stage
from storage.retention_folders import KEY, LOCK, Held, Listing, by_folder, newest
from storage.retention_going import Going, Why
from storage.retention_kept import Place

WORK = ("work", Stage.TRAIN)
"""Below a data root: where trainings leave what they go on from, by key."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A data root with the stages that `stay`; only what was not written since `before` may go (seconds since 1970)."""

    root: str
    found: Listing
    work: Listing
    folders: Sequence[Held]
    stay: frozenset[Place]
    before: float

    def stays(self, folder: Held) -> bool:
        """Whether the folder as a whole is left."""
        return (folder.stage, folder.key) in self.stay

    def locks(self, key: str) -> tuple[str, ...]:
        """The files that the processes of a training hold; it trains on a local disk alone."""
        names = [file.name for file in self.work.get(key, ()) if file.name.endswith(LOCK) and "://" not in self.root]
        return tuple(filesystem.join(self.root, *WORK, key, name) for name in names)


def _leftovers(folder: Held, before: float) -> Iterator[Listed]:
    """The files of its attempts that neither the manifest nor a marker names."""
    for attempt, files in by_folder(folder.files).items():
        if attempt != PARTS and newest(files) <= before:
            whole = (Listed(f"{attempt}/{file.name}", file.bytes, file.modified) for file in files)
            yield from (file for file in whole if file.name not in folder.named)


def _stages(root: Judged) -> Iterator[Going]:
    for folder in root.folders:
        if root.stays(folder):
            why, files = Why.LEFTOVER, tuple(_leftovers(folder, root.before))
        else:
            why, files = Why.SUPERSEDED if folder.manifest else Why.UNFINISHED, folder.files
        locks = root.locks(folder.key) if folder.stage is Stage.TRAIN else ()
        if files:
            yield Going(folder.stage, folder.key, why, folder.uri, files, newest(folder.files), locks)


def _works(root: Judged) -> Iterator[Going]:
    """What no training goes on from: it is finished, or nothing of it is left beside."""
    going_on = {
        folder.key
        for folder in root.folders
        if folder.stage is Stage.TRAIN and folder.manifest is None and root.stays(folder)
    }
    for key, files in root.work.items():
        if KEY.fullmatch(key) and key not in going_on and newest(files) <= root.before:
            uri = filesystem.join(root.root, *WORK, key)
            yield Going("/".join(WORK), key, Why.WORK, uri, files, newest(files), root.locks(key))


def _is_ours(place: str, name: str) -> bool:
    """Whether a file of a stage lies in one of its folders, or beside them."""
    folder, inside, _ = name.partition("/")
    return place not in list(Stage) or not inside or KEY.fullmatch(folder) is not None


def _halves(root: Judged, going: Iterable[Going]) -> Iterator[Going]:
    """Files that were never whole, wherever they lie; those of what goes anyway are not told twice."""
    gone = {filesystem.join(one.uri, file.name) for one in going for file in one.files}
    for place, files in root.found.items():
        uri = filesystem.join(root.root, place)
        halves = tuple(
            file for file in files
            if file.name.endswith(PARTIAL) and file.modified <= root.before and _is_ours(place, file.name)
            and filesystem.join(uri, file.name) not in gone
        )  # fmt: skip
        if halves:
            yield Going(place, "", Why.PARTIAL, uri, halves, newest(halves))


def goes(root: Judged) -> list[Going]:
    """All that goes; of a training its folder before its work, which holds the locks."""
    going = [*_stages(root), *_works(root)]
    return [*going, *_halves(root, going)]
