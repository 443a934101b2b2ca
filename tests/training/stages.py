"""Finished stages as training reads them: drawn pictures, listed as targets and packed as auxiliaries."""

import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from storage.latest import remember
from storage.manifest import File, StageFolder, open_stage
from storage.records import (
    Auxiliary,
    Embedded,
    ShardEntry,
    Split,
    Stage,
    StageRef,
    TargetClass,
    TargetPicture,
    Unreadable,
)
from storage.shards import Sample, pack
from storage.tables import to_table, with_vectors

SPLITS = {Split.TRAIN: 4, Split.VAL: 2, Split.TEST: 2}
CLASSES = ("red", "green")
NEIGHBORS = {"blue": "blue", "yellow": "yellow"}
"""The names of the neighbors, and the color that their pictures are drawn in."""


@dataclass(frozen=True)
class Stages:
    """Two target classes, red and green; neighbor 0 is blue and of both, neighbor 1 yellow and of green alone."""

    targets: StageRef
    target_vectors: StageRef
    shards: StageRef
    candidate_vectors: StageRef


def drawing(color: str, seed: int) -> bytes:
    """A PNG of one color under noise."""
    noise = np.random.default_rng(seed).integers(0, 60, (40, 48, 3), dtype=np.uint8)
    sink = io.BytesIO()
    Image.blend(Image.new("RGB", (48, 40), color), Image.fromarray(noise), 0.3).save(sink, "PNG")
    return sink.getvalue()


def vector(digest: str) -> np.ndarray:
    """A unit vector that tells the pictures apart."""
    drawn = np.random.default_rng(int(digest[:8], 16)).normal(size=6)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


def _sealed(folder: StageFolder, files: Sequence[File]) -> StageRef:
    return folder.seal([folder.seal_part("all", files, Counter(), 0.0)], len(files), 0.0)


def _embedded(
    root: str, source: StageRef | str, digests: Sequence[str], unreadable: Sequence[str], encoder: str
) -> StageRef:
    folder = open_stage(root, Stage.EMBED, 1, None, pictures=source, encoder=encoder)
    held = [digest for digest in digests if digest not in unreadable]
    table = to_table([Embedded(digest, b"", b"", b"") for digest in held], Embedded)
    failed = [Unreadable(digest, "broken") for digest in unreadable]
    held_vectors = np.stack([vector(digest) for digest in held]) if held else np.empty((0, 6), dtype=np.float32)
    files = [
        folder.write_table("all", Embedded.__name__, with_vectors(table, held_vectors)),
        folder.write_rows("all", failed, Unreadable),
    ]
    return _sealed(folder, files)


def _targets(root: Path, first: int) -> tuple[StageRef, list[TargetPicture]]:
    pictures = []
    for label, color in enumerate(CLASSES):
        for number, split in enumerate((split for split, count in SPLITS.items() for _ in range(count)), first):
            data = drawing(color, 100 * label + number)
            path = root / "pictures" / f"{color}{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            pictures.append(TargetPicture(path.name, split, label, hashlib.sha256(data).hexdigest(), str(path)))
    folder = open_stage(str(root), Stage.TARGETS, 1, None)
    classes = [TargetClass(label, color, 4, 2, 2) for label, color in enumerate(CLASSES)]
    files = [folder.write_rows("all", classes, TargetClass), folder.write_rows("all", pictures, TargetPicture)]
    return _sealed(folder, files), pictures


def crawl_of(neighbors: Mapping[str, str]) -> str:
    """The content of the crawl that brought the neighbors' pictures."""
    return f"crawl of {', '.join(neighbors)}"


def _shards(root: Path, neighbors: Mapping[str, str]) -> tuple[StageRef, list[ShardEntry]]:
    folder = open_stage(str(root), Stage.SHARD, 1, None, crawl=crawl_of(neighbors))
    names = list(neighbors)
    drawn = {f"{name}{n}": (index, drawing(neighbors[name], n)) for index, name in enumerate(names) for n in range(3)}
    packed = pack([Sample(key, "png", data, index, {}) for key, (index, data) in drawn.items()])
    tar = folder.write_file("shard.tar", "shard", packed.tar)
    entries = [
        ShardEntry(key, hashlib.sha256(data).hexdigest(), names[index], *packed.places[key], tar.name)
        for key, (index, data) in drawn.items()
    ]
    auxiliaries = [Auxiliary(index, name, (1,) if index else (0, 1), 3) for index, name in enumerate(names)]
    files = [tar, folder.write_rows("all", entries, ShardEntry), folder.write_rows("all", auxiliaries, Auxiliary)]
    return _sealed(folder, files), entries


def remember_all(root: Path, recipe: str, stages: Stages) -> None:
    """Point at the stages as those that the recipe finished last."""
    names = (Stage.TARGETS, f"{Stage.EMBED}-{Stage.TARGETS}", Stage.SHARD, Stage.EMBED)
    refs = (stages.targets, stages.target_vectors, stages.shards, stages.candidate_vectors)
    for name, ref in zip(names, refs, strict=True):
        remember(str(root), recipe, name, ref)


def finished_stages(
    root: Path,
    unreadable: Sequence[str] = (),
    *,
    first: int = 0,
    neighbors: Mapping[str, str] = NEIGHBORS,
    encoder: str = "tiny",
) -> Stages:
    """Write the four stages below a root; pictures whose key is listed as unreadable have no vector.

    The targets' pictures are numbered from `first` on: another number shifts them through the splits.
    """
    targets, pictures = _targets(root, first)
    shards, entries = _shards(root, neighbors)
    of_targets = [row.digest for row in pictures]
    of_entries = [row.digest for row in entries]
    lost_targets = [row.digest for row in pictures if row.key in unreadable]
    lost_entries = [row.digest for row in entries if row.key in unreadable]
    return Stages(
        targets,
        _embedded(str(root), targets, of_targets, lost_targets, encoder),
        shards,
        _embedded(str(root), crawl_of(neighbors), of_entries, lost_entries, encoder),
    )
