"""A run of any size, its rows and small pictures made here and stored as the stages store theirs, with its report."""

import hashlib
import io
import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

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
    DropReason,
    NameReason,
    Neighbor,
    Relation,
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

HOSTILE = "</script><script>window.harmed = 1</script><img src=x onerror='window.harmed = 2'>\"' \u202egnp.exe"
REASONS = (
    None, None, None, DropReason.UNLIKE_PARENTS, DropReason.UNLIKE_CATEGORY, DropReason.DUPLICATE, DropReason.LEAK,
    DropReason.LIKE_ANOTHER_CLASS,
)  # fmt: skip
SOURCES, LICENSES = ("openverse", "wikimedia"), ("cc0", "by", "")
ARMS = ("targets_only", "silenced")


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


def _crawled(number: int, neighbor: str, digest: str) -> Crawled:
    """One candidate; every seventh has strangers' worst texts, and an address that could run something."""
    worst = number % 7 == 3
    return Crawled(
        f"https://pictures.example/{number}.jpg", neighbor, f"{neighbor} photo", number, SOURCES[number % 2],
        f"{HOSTILE} {number}" if worst else f"picture {number}", HOSTILE if worst else "Ann",
        LICENSES[number % 3], "https://license.example/", "javascript:alert(1)" if worst else f"https://p.example/{number}",
        digest, None, "", 1000, 96, 72,
    )  # fmt: skip


def _decision(row: Crawled, number: int, before: str) -> Decision:
    reason, rng = REASONS[number % len(REASONS)], np.random.default_rng(number)
    similarity, agreement, centrality, margin = (float(score) for score in rng.uniform(0.1, 0.9, 4))
    one = Decision(
        row.key, row.neighbor, row.digest or "", reason, similarity, agreement=agreement, centrality=centrality,
        margin=margin - 0.5, rival="orange", name_rank=0.1,
    )  # fmt: skip
    if reason is DropReason.LEAK:
        return replace(one, copy_of="test:held.jpg", copy_score=0.97)
    return replace(one, copy_of=before, copy_score=0.99) if reason is DropReason.DUPLICATE else one


def _neighbors(count: int, targets: int) -> list[Neighbor]:
    """So many neighbors, the last of a hostile name, each of two targets; and a name that was dropped."""
    names = [f"neighbor {number:03d}" for number in range(count - 1)] + [HOSTILE]
    kept = [
        Neighbor(
            name, (number % targets, (number + 1) % targets), Relation.SIBLING, (f"{name} photo",), f"like it {name}",
            None, "", "parrot", "prompt-1",
        )
        for number, name in enumerate(names)
    ]  # fmt: skip
    return [*kept, replace(kept[0], name="Target 0", parents=(0,), reason=NameReason.IS_TARGET, detail="it is one")]


def _sealed(folder: StageFolder, files: list[File], count: int) -> StageRef:
    return folder.seal([folder.seal_part("all", files, Counter(kept=count), 1.0)], count, 1.0)


def _trained(root: str, classes: list[TargetClass]) -> StageRef:
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


def report_of(folder: Path, pictures: int, most: int, neighbors: int = 12, targets: int = 5) -> Reported:
    """A trained run of so many judged pictures; its report holds at most `most` of them."""
    root, held = str(folder / "root"), folder / "held.jpg"
    digests = _stored(root, min(pictures, 400))
    held.write_bytes(_picture(-1 & 0xFFFF))
    classes = [TargetClass(label, f"target {label}", 60 // (label + 1), 2, 10) for label in range(targets - 1)]
    classes.append(TargetClass(targets - 1, HOSTILE, 3, 2, 10))
    listed = [TargetPicture("held.jpg", split, one.label, "held", str(held)) for one in classes
              for split in (Split.TRAIN, Split.TEST)]  # fmt: skip
    names = _neighbors(neighbors, targets)
    crawled = [_crawled(number, names[number % neighbors].name, digests[number % len(digests)])
               for number in range(pictures)]  # fmt: skip
    decisions = [_decision(row, number, crawled[0].key) for number, row in enumerate(crawled)]
    bounded = [Bounded(one.name, 0.2, 0.85, 0.3, -1.0) for one in names[:-1]]
    packed = [ShardEntry(one.key, one.digest, one.neighbor, 512 * at, 400, "a/shard-000000.tar")
              for at, one in enumerate(decisions) if one.reason is None]  # fmt: skip
    refs = []
    for stage, tables in {
        Stage.TARGETS: [(classes, TargetClass), (listed, TargetPicture)], Stage.NEIGHBORS: [(names, Neighbor)],
        Stage.CRAWL: [(crawled, Crawled)], Stage.SELECT: [(decisions, Decision), (bounded, Bounded)],
        Stage.SHARD: [(packed, ShardEntry)],
    }.items():  # fmt: skip
        into = open_stage(root, stage, 1, {"min_margin": 0.0, "max_name_rank": 0.5})
        refs.append(_sealed(into, [into.write_rows("all", rows, row) for rows, row in tables], len(tables[0][0])))  # type: ignore[arg-type]  # rows of the class beside them
    refs.append(_trained(root, classes))
    config = ReportConfig(pictures=most, thumbnail=96, note=f"A note. {HOSTILE}")
    gathered = gather("generated", refs, PictureStore(root).read, config)
    into = open_stage(root, Stage.REPORT, 1, None)
    files = write_site(into, gathered)
    return Reported(gathered, Path(into.uri, files[0].name))
