"""Trained checkpoints cannot forget a picture: they are named, and their stage is no finished one any more."""

from dataclasses import dataclass

from storage import filesystem
from storage.manifest import MANIFEST
from storage.purge_stages import FolderPurge
from storage.records import Stage
from storage.stage_folders import Folder, folders

CHECKPOINT = "checkpoint"
WORK = ("work", "train")


@dataclass(frozen=True, slots=True)
class Models:
    """What was trained on shards that hold a picture.

    `purges` take the finished stages back and remove no file; `checkpoints` are the files, and
    folders of work, that saw it. `unclear` are folders of trainings whose shards are not known.
    """

    purges: tuple[FolderPurge, ...]
    checkpoints: tuple[str, ...]
    unclear: tuple[str, ...]


def _shards(folder: Folder) -> str:
    """The content of the shards that it was trained on; empty where nothing says so."""
    return folder.manifest.inputs.get("shards", "") if folder.manifest else ""


def _checkpoints(folder: Folder) -> list[str]:
    parts = folder.manifest.parts if folder.manifest else ()
    names = [file.name for part in parts for file in part.files if file.kind == CHECKPOINT]
    return [filesystem.join(folder.uri, name) for name in names]


def _work(root: str) -> dict[str, str]:
    """The folders in which trainings leave what they go on from, by key."""
    place = filesystem.join(root, *WORK)
    return {key: filesystem.join(place, key) for key in filesystem.list_folders(place)}


def trained_on(root: str, dirty: set[str], clean: set[str]) -> Models:
    """The trainings under a data root on shards of the `dirty` contents; others than `clean` are unclear."""
    held, work = folders(root, Stage.TRAIN), _work(root)
    hit = [folder for folder in held if _shards(folder) in dirty]
    # The manifest last: it alone tells a purge after a kill that this training is meant.
    purges = [FolderPurge(Stage.TRAIN, one.key, one.uri, False, tuple(one.markers), (MANIFEST,)) for one in hit]
    checkpoints = [uri for folder in hit for uri in _checkpoints(folder)]
    checkpoints += [work[folder.key] for folder in hit if folder.key in work]
    clear = {folder.key for folder in held if _shards(folder) in dirty | clean}
    places = [(folder.key, folder.uri) for folder in held] + list(work.items())
    return Models(tuple(purges), tuple(checkpoints), tuple(uri for key, uri in places if key not in clear))
