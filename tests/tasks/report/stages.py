"""Finished stages of a tiny run, written as the pipeline writes them."""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

from storage.manifest import open_stage
from storage.records import (
    Accuracy,
    AnswerReason,
    Bounded,
    Crawled,
    Decision,
    DropReason,
    NameReason,
    Neighbor,
    Proposal,
    Relation,
    ShardEntry,
    Spend,
    Split,
    Stage,
    StageRef,
    TargetClass,
    TargetPicture,
    Unanswered,
    url_key,
)

CLASSES = [TargetClass(0, "lemon", 5, 1, 2), TargetClass(1, "orange", 2, 0, 2), TargetClass(2, "leek", 2, 0, 1)]
LIME = Neighbor("lime", (0, 1), Relation.SIBLING, ("lime fruit",), "green", None, "", "parrot", "p")
NEIGHBORS = [
    LIME,
    replace(LIME, name="Lemons", parents=(0,), reason=NameReason.IS_TARGET, detail="the target class lemon"),
]


def picture(color: str) -> bytes:
    """A small JPEG of one color."""
    sink = io.BytesIO()
    Image.new("RGB", (300, 200), color).save(sink, "JPEG")
    return sink.getvalue()


PICTURES = {"d-green": picture("green"), "d-blue": picture("blue"), "d-broken": b"no picture"}


def crawled(number: int, digest: str = "d-green", **fields: Any) -> Crawled:  # the row's fields, of many types
    """One fetched candidate for lime."""
    row = Crawled(
        f"https://pictures.example/{number}.jpg", "lime", "lime fruit", number, "openverse", f"A lime, {number}", "Ann",
        "cc-by", "https://license.example/by", f"https://pictures.example/{number}", digest, None, "", 100, 300, 200,
    )  # fmt: skip
    return replace(row, **fields)


def decision(row: Crawled, reason: DropReason | None = None, similarity: float = 0.8) -> Decision:
    """What selection said of a candidate; a leak and a duplicate name what they copy."""
    copy = "test:lemon.jpg" if reason is DropReason.LEAK else ""
    return Decision(url_key(row.url), "lime", row.digest or "", reason, similarity, copy, 0.97 if copy else 0.0, "")


@dataclass(frozen=True, slots=True)
class Tables:
    """What the stages hold beside the constants above."""

    crawled: Sequence[Crawled]
    decisions: Sequence[Decision]
    accuracy: Sequence[Accuracy] = ()
    bounded: Sequence[Bounded] = ()
    packed: Sequence[ShardEntry] = ()


def _finish(root: str, stage: Stage, count: int, tally: Counter[str], *tables: tuple[Sequence[Any], type]) -> StageRef:
    folder = open_stage(root, stage, 1, None)
    files = [folder.write_rows("all", rows, row) for rows, row in tables]
    return folder.seal([folder.seal_part("all", files, tally, 1.5)], count, 1.5)


def finish(root: str, tables: Tables) -> list[StageRef]:
    """Write and seal targets to select, and train where there is accuracy to tell of."""
    proposals = [Proposal("lime", 0, Relation.SIBLING, ("lime fruit",), "green", "parrot", "p")] * 3
    kept, fetched = [one for one in tables.decisions if one.reason is None], len(tables.crawled)
    lemon = Path(root, "lemon.jpg")
    lemon.parent.mkdir(parents=True, exist_ok=True)
    lemon.write_bytes(PICTURES["d-blue"])
    listed = [TargetPicture("lemon.jpg", Split.TEST, 0, "d-lemon", str(lemon))]
    refs = [
        _finish(
            root, Stage.TARGETS, 9, Counter(pictures=9, classes=3), (CLASSES, TargetClass), (listed, TargetPicture)
        ),
        _finish(
            root, Stage.NEIGHBORS, 1, Counter(kept=1, is_target=1, none=0),
            (NEIGHBORS, Neighbor), (proposals, Proposal), ([Spend(0, 1, 1000, 234)], Spend),
            ([Unanswered(2, AnswerReason.REFUSED, "no names")], Unanswered),
        ),
        _finish(root, Stage.CRAWL, fetched, Counter(fetched=fetched), (tables.crawled, Crawled)),
        _finish(
            root, Stage.SELECT, len(kept), Counter(kept=len(kept)),
            (tables.decisions, Decision), (tables.bounded, Bounded),
        ),
    ]  # fmt: skip
    if tables.packed:
        refs.append(_finish(root, Stage.SHARD, len(kept), Counter(), (tables.packed, ShardEntry)))
    if tables.accuracy:
        refs.append(_finish(root, Stage.TRAIN, 2, Counter(), (tables.accuracy, Accuracy)))
    return refs
