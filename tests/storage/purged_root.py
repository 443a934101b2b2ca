"""A data root as a small run leaves it, local or in memory, and what tests ask of it."""

import base64
import hashlib
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import fsspec

from storage.manifest import File, Part, StageFolder, open_stage
from storage.picture_writer import PictureWriter
from storage.pictures import Origin, PictureStore
from storage.records import Crawled, Decision, Embedded, ShardEntry, Split, Stage, StageRef, TargetPicture, url_key
from storage.shards import Sample, pack

NAMES = ("a", "b", "c", "d", "e", "f")
CREATORS = {"a": "Ann", "b": "Bob", "c": "ann ", "d": "", "e": "Eve", "f": "Eve"}


def picture(name: str) -> bytes:
    """Bytes that no compression can hide, so that a search finds them in any file."""
    return random.Random(name).randbytes(300)  # noqa: S311  # no secret


def url(name: str) -> str:
    """Where a picture was fetched from."""
    return f"https://pictures.example/{name}.jpg"


def digest(name: str) -> str:
    """The picture's identity."""
    return hashlib.sha256(picture(name)).hexdigest()


def origin(name: str) -> Origin:
    """Where it comes from."""
    return Origin(url(name), f"2025-01-01T00:00:0{ord(name) % 10}", "by", "", CREATORS.get(name, ""), "openverse", "")


def store(root: str, *segments: Mapping[str, str]) -> None:
    """Each segment by a writer of its own, which knows the earlier ones: URL name to picture name."""
    for segment in segments:
        with PictureWriter(PictureStore(root)) as writer:
            for name, shown in segment.items():
                writer.add(picture(shown), 4, 3, "JPEG", origin(name))


def _seal(folder: StageFolder, parts: Mapping[str, Sequence[File]]) -> StageRef:
    sealed: list[Part] = [folder.seal_part(name, files, Counter(), 0.0) for name, files in parts.items()]
    return folder.seal(sealed, len(sealed), 0.0)


def _crawled(name: str) -> Crawled:
    return Crawled(
        url(name), "lime", "lime", 0, "openverse", "", CREATORS[name], "by", "", "", digest(name), None, "", 300, 4, 3
    )


def _shard(folder: StageFolder, part: str, names: Sequence[str]) -> list[File]:
    packed = pack([Sample(url_key(url(name)), "jpg", picture(name), 0, {"sha256": digest(name)}) for name in names])
    tar = folder.write_file(f"shard-{part}.tar", "shard", packed.tar)
    entries = [
        ShardEntry(key, digest(name), "lime", *packed.places[key], tar.name)
        for name in names for key in (url_key(url(name)),)
    ]  # fmt: skip
    return [tar, folder.write_rows(part, entries, ShardEntry)]


@dataclass(frozen=True, slots=True)
class Run:
    """The stages of a small run: pictures a to c in the first partition, d to f in the second."""

    root: str
    refs: Mapping[Stage, StageRef]

    def open(self, stage: Stage, **inputs: Any) -> StageFolder:
        """A stage's folder, as a next run would open it."""
        return open_stage(self.root, stage, 1, None, **inputs)


def run(root: str) -> Run:
    """Store six pictures and make every stage of them."""
    store(root, {"a": "a", "b": "b", "c": "c"}, {"d": "d", "e": "e", "f": "f"})
    halves = {"x-00-of-02": NAMES[:3], "x-01-of-02": NAMES[3:]}
    refs: dict[Stage, StageRef] = {}

    def write(stage: Stage, row: type, made: Any, **inputs: Any) -> None:
        folder = open_stage(root, stage, 1, None, **inputs)
        tables = {part: [folder.write_rows(part, [made(n) for n in names], row)] for part, names in halves.items()}
        refs[stage] = _seal(folder, tables)

    write(Stage.TARGETS, TargetPicture, lambda n: TargetPicture(n, Split.TRAIN, 0, hashlib.sha256(b"x").hexdigest(), n))
    write(Stage.CRAWL, Crawled, _crawled)
    write(Stage.EMBED, Embedded, lambda n: Embedded(digest(n), b"", b"", picture(n)), pictures=refs[Stage.CRAWL])
    write(
        Stage.SELECT, Decision,
        lambda n: Decision(url_key(url(n)), "lime", digest(n), None, 0.5, "", 0.0, ""), crawl=refs[Stage.CRAWL],
    )  # fmt: skip
    shards = open_stage(root, Stage.SHARD, 1, None, select=refs[Stage.SELECT])
    refs[Stage.SHARD] = _seal(shards, {part: _shard(shards, part, names) for part, names in halves.items()})
    train = open_stage(root, Stage.TRAIN, 1, None, shards=refs[Stage.SHARD])
    refs[Stage.TRAIN] = _seal(train, {"0-silenced": [train.write_file("silenced.safetensors", "checkpoint", b"w")]})
    shown_stages: dict[str, Any] = {"2-crawl": refs[Stage.CRAWL], "6-train": refs[Stage.TRAIN]}
    page = open_stage(root, Stage.REPORT, 1, None, **shown_stages)
    shown = b"".join(base64.b64encode(picture(name)) for name in NAMES)
    chunk = page.write_file("training/pictures/00000.js", "site", shown, volatile=True)
    refs[Stage.REPORT] = _seal(page, {"page": [chunk]})
    return Run(root, refs)


def files(root: str) -> dict[str, bytes]:
    """Every file under a root, by its path."""
    fs, path = fsspec.core.url_to_fs(root)
    fs.invalidate_cache()
    return {name.split(path.strip("/"), 1)[1]: fs.cat_file(name) for name in fs.find(path)}


def places(root: str, name: str) -> list[str]:
    """The files in which a picture's bytes can be found, as they are or as a page shows them."""
    data = picture(name)
    return [path for path, held in files(root).items() if data in held or base64.b64encode(data) in held]
