"""A run of any size, its rows and small pictures made here and stored as the stages store theirs, with its report."""

import hashlib
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from storage.manifest import File, StageFolder, open_stage
from storage.picture_writer import PictureWriter
from storage.pictures import Origin, PictureStore
from storage.records import (
    Accuracy,
    Bounded,
    ClassAccuracy,
    Crawled,
    Decision,
    Neighbor,
    Override,
    ShardEntry,
    Split,
    Stage,
    StageRef,
    TargetClass,
    TargetPicture,
)
from tasks.report.config import ReportConfig
from tasks.report.gather import Gathered, gather
from tasks.report.site.write import write_site
from tests.browser.report_rows import HOSTILE, crawled_row, decision_row, marked_rows, neighbor_rows

ARMS = ("targets_only", "silenced")
SHARD = "a/shard-000000.tar"


@dataclass(frozen=True, slots=True)
class Reported:
    """A run, and the page of its report."""

    gathered: Gathered
    page: Path


def _picture(number: int) -> bytes:
    """A small JPEG that no other number has."""
    rng = np.random.default_rng(number)
    coarse = Image.fromarray(rng.integers(0, 255, (4, 4, 3), dtype=np.uint8))
    sink = io.BytesIO()
    coarse.resize((96, 72), Image.Resampling.BICUBIC).save(sink, "JPEG", quality=85)
    return sink.getvalue()


def _stored(root: str, different: int) -> list[str]:
    """The digests of so many pictures, held in the store below the root."""
    pictures = [_picture(number) for number in range(different)]
    with PictureWriter(PictureStore(root)) as writer:
        for number, data in enumerate(pictures):
            origin = Origin(f"https://held.example/{number}", "2026-01-01", "cc0", "", "Ann", "openverse", "")
            writer.add(data, 96, 72, "JPEG", origin)
    return [hashlib.sha256(data).hexdigest() for data in pictures]


def _sealed(folder: StageFolder, files: list[File], count: int) -> StageRef:
    return folder.seal([folder.seal_part("all", files, Counter(kept=count), 1.0)], count, 1.0)


def _trained(root: str, classes: Sequence[TargetClass]) -> StageRef:
    """Two arms, of which the second is better everywhere but on the first class."""
    folder = open_stage(root, Stage.TRAIN, 1, None)
    rows = [Accuracy(arm, "all", 0.5 + 0.2 * at, len(classes), split) for at, arm in enumerate(ARMS)
            for split in (Split.VAL, Split.TEST)]  # fmt: skip
    each = [ClassAccuracy(arm, one.label, one.name, "few" if one.train < 20 else "many", one.train,
                          4 + (5 if one.label else -2) * at, 10)
            for at, arm in enumerate(ARMS) for one in classes]  # fmt: skip
    logs = [folder.write_file(f"{arm}.metrics.jsonl", "metrics", "".join(
        json.dumps({"step": step, "val_accuracy": step / 100}) + "\n" for step in (10, 20, 30)).encode())
        for arm in ARMS]  # fmt: skip
    tables = [folder.write_rows("all", rows, Accuracy), folder.write_rows("all", each, ClassAccuracy)]
    return _sealed(folder, [*tables, *logs], len(ARMS))


Tables = dict[Stage, list[tuple[Sequence[Any], type]]]  # of rows with their class


def _tables(digests: Sequence[str], held: str, pictures: int, neighbors: int, targets: int, marked: int) -> Tables:
    """What the stages up to the shards wrote; a target's pictures are one file, `held`."""
    classes = [TargetClass(label, f"target {label}", 60 // (label + 1), 2, 10) for label in range(targets - 1)]
    classes.append(TargetClass(targets - 1, HOSTILE, 3, 2, 10))
    listed = [TargetPicture("held.jpg", split, one.label, "held", held) for one in classes for split in Split]
    names = neighbor_rows(neighbors, targets)
    crawled = [
        crawled_row(at, names[at % neighbors].name, digests[at % len(digests)]) for at in range(pictures)
    ]  # fmt: skip
    judged = [decision_row(row, number, crawled[0].key) for number, row in enumerate(crawled)]
    decisions, marks = marked_rows(judged, marked)
    kept = [one for one in decisions if one.reason is None]
    packed = [ShardEntry(one.key, one.digest, one.neighbor, 512 * at, 400, SHARD) for at, one in enumerate(kept)]
    return {
        Stage.TARGETS: [(classes, TargetClass), (listed, TargetPicture)], Stage.NEIGHBORS: [(names, Neighbor)],
        Stage.CRAWL: [(crawled, Crawled)], Stage.SHARD: [(packed, ShardEntry)],
        Stage.SELECT: [
            (decisions, Decision), ([Bounded(one.name, 0.2, 0.85, 0.3, -1.0) for one in names[:-1]], Bounded),
            (marks, Override),
        ],
    }  # fmt: skip


def report_of(
    folder: Path, pictures: int, most: int, neighbors: int = 12, targets: int = 5, marked: int = 0, trained: bool = True
) -> Reported:
    """A run of so many judged pictures, so many of them marked; its report holds at most `most` of them.

    The same numbers are the same run, of which the curation's report is that without training.
    """
    root, held, refs = str(folder / "root"), folder / "held.jpg", []
    held.write_bytes(_picture(1 << 16))
    held_tables = _tables(_stored(root, min(pictures, 400)), str(held), pictures, neighbors, targets, marked)
    for stage, tables in held_tables.items():
        into = open_stage(root, stage, 1, {"min_margin": 0.0, "max_name_rank": 0.5})
        files = [into.write_rows("all", rows, row) for rows, row in tables]
        refs.append(_sealed(into, files, len(tables[0][0])))
    if trained:
        refs.append(_trained(root, held_tables[Stage.TARGETS][0][0]))
    config = ReportConfig(pictures=most, thumbnail=96, note=f"A note. {HOSTILE}")
    gathered = gather("generated", refs, PictureStore(root).read, config)
    into = open_stage(root, Stage.REPORT, 1, None)
    return Reported(gathered, Path(into.uri, write_site(into, gathered)[0].name))
