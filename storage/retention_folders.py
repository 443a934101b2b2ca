"""What lies under a data root for a clean-up to judge: every file that was written there, and the stages' folders."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from storage import filesystem
from storage.errors import DamagedStore
from storage.latest import FOLDER as LATEST
from storage.listing import Listed
from storage.manifest import MANIFEST, PARTS, Manifest, read_manifest
from storage.pictures import FOLDER as PICTURES
from storage.records import Stage

WRITTEN = (*Stage, LATEST, PICTURES, "answers", "review", "outside", "work", "compare", "export")
"""The folders that are written under a data root; what else lies there is somebody's own, and is not looked at."""

KEY = re.compile(r"[0-9a-f]{16}")
"""A folder of another name was not written by a stage: a root may be given in which `train/` holds a data set."""

LOCK = ".lock"
"""The ending of files that are held while a process trains; their time says nothing."""

Listing = Mapping[str, tuple[Listed, ...]]
"""The files in each of several folders, named from that folder on."""


@dataclass(frozen=True, slots=True)
class Held:
    """One stage at one key, finished where it has a manifest; `named` are the files of its manifest and its markers.

    `written` is when one of its files was written last, a run's mark among them (`storage/used.py`), or a file that its
    training goes on from: seconds since 1970.
    """

    stage: Stage
    key: str
    uri: str
    files: tuple[Listed, ...]
    manifest: Manifest | None
    named: frozenset[str]
    written: float


def newest(files: Iterable[Listed]) -> float:
    """When one of the files was written last, in seconds since 1970; of locks only where nothing else is there."""
    times = [(not file.name.endswith(LOCK), file.modified) for file in files]
    return max(times, default=(False, 0.0))[1]


def listing(root: str) -> Listing:
    """All that was written under a data root, in one listing a folder."""
    return {name: tuple(filesystem.walk(filesystem.join(root, name))) for name in WRITTEN}


def by_folder(files: Iterable[Listed]) -> Listing:
    """The files by the first folder in their names; those that lie in none are left out."""
    split = [(*file.name.partition("/"), file) for file in files]
    inside = sorted((folder, rest, file) for folder, slash, rest, file in split if slash)
    return {
        folder: tuple(Listed(rest, file.bytes, file.modified) for _, rest, file in members)
        for folder, members in groupby(inside, lambda one: one[0])
    }


def _manifest(uri: str, names: set[str]) -> Manifest | None:
    try:
        return read_manifest(uri) if MANIFEST in names else None
    except DamagedStore:  # it was removed since the listing, so the stage is not finished any more
        return None


def _marked(uri: str, names: set[str]) -> set[str]:
    """The files that the markers of the partitions name."""
    found = set()
    for name in names:
        if name.startswith(f"{PARTS}/") and name.endswith(".json"):
            try:
                part = json.loads(filesystem.read_bytes(filesystem.join(uri, name)))
            except FileNotFoundError:  # as the manifest
                continue
            found |= {file["name"] for file in part["files"]}
    return found


def _held(root: str, stage: Stage, key: str, files: tuple[Listed, ...], work: tuple[Listed, ...]) -> Held:
    names, uri = {file.name for file in files}, filesystem.join(root, stage, key)
    manifest = _manifest(uri, names)
    sealed = {file.name for part in manifest.parts for file in part.files} if manifest else set()
    return Held(stage, key, uri, files, manifest, frozenset(sealed | _marked(uri, names)), newest([*files, *work]))


def held(root: str, found: Listing, work: Listing) -> list[Held]:
    """Every stage folder of a listing, finished or not; `work` are the files that trainings go on from, by key."""
    return [
        _held(root, stage, key, files, work.get(key, ()) if stage is Stage.TRAIN else ())
        for stage in Stage
        for key, files in by_folder(found[stage]).items()
        if KEY.fullmatch(key)
    ]
