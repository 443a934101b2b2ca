"""What the report says of training."""

import json
from collections import Counter
from pathlib import Path

import pytest

from storage.manifest import open_stage
from storage.records import (
    Accuracy,
    ClassAccuracy,
    Decision,
    DropReason,
    Neighbor,
    Relation,
    Split,
    Stage,
    StageRef,
    TargetPicture,
)
from tasks.report.arms import ALONE, CONTROLS, SILENCED
from tasks.report.page import GROUPS, Curve
from tasks.report.samples import Album
from tasks.report.training import MOVERS, curves, gain, movers
from tests.tasks.report.stages import picture
from training.config import Arm as TrainedArm
from vision.inline import data_uri

LIME = Neighbor("lime", (0, 1), Relation.SIBLING, (), "", None, "", "", "")
YUZU = Neighbor("yuzu", (0,), Relation.SIBLING, (), "", None, "", "", "")


PICTURES = {"l1": picture("green"), "l2": picture("lime"), "y1": picture("yellow")}
ALBUM = Album.of([], [], PICTURES.__getitem__, 32)


def _shown(key: str) -> str:
    return data_uri(PICTURES[key], 32)


def _accuracy(arm: str, val: float, **test: float) -> list[Accuracy]:
    tested = [Accuracy(arm, group, accuracy, 1) for group, accuracy in test.items()]
    return [Accuracy(arm, "all", val, 1, Split.VAL), *tested]


def _class(arm: str, label: int, correct: int) -> ClassAccuracy:
    return ClassAccuracy(arm, label, f"class {label}", "few", 3, correct, 10)


def _decision(key: str, neighbor: str, similarity: float, reason: DropReason | None = None) -> Decision:
    return Decision(key, neighbor, key, reason, similarity, "", 0.0, "")


def test_the_gain_is_of_the_arm_that_validation_chose() -> None:
    """Test accuracies have no say in which arm is told of, and a group that an arm lacks has no gain."""
    rows = [
        *_accuracy("targets_only", 0.5, all=0.4, few=0.2),
        *_accuracy("unsilenced", 0.6, all=0.7, few=0.9),
        *_accuracy("silenced", 0.7, all=0.6, few=0.5, many=0.9),
    ]
    told = gain(rows, Split.TEST)
    assert told is not None
    assert told.arm == "silenced"
    assert dict(zip(GROUPS, told.changes, strict=True)) == {
        "all": pytest.approx(0.2), "few": pytest.approx(0.3), "many": None, "medium": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "arms",
    [
        [],
        ["targets_only"],
        ["silenced", "unsilenced"],
        ["targets_only", "shuffled"],
        ["targets_only", "random", "same_volume"],
    ],
)
def test_without_a_pair_of_arms_there_is_no_gain(arms: list[str]) -> None:
    """A run of one arm compares nothing, and what a control gains is not the neighbors'."""
    assert gain([row for arm in arms for row in _accuracy(arm, 0.5, all=0.4)], Split.TEST) is None


def test_the_arms_that_are_spoken_of_are_arms() -> None:
    """The report cannot import training, so only this holds its names to training's."""
    assert {ALONE, SILENCED, *CONTROLS} < set(TrainedArm)


def test_movers_are_those_that_gained_most_and_then_those_that_lost() -> None:
    """Few of many, in order, and a class that stayed is neither."""
    before = [_class("targets_only", label, 5) for label in range(14)]
    after = [_class("silenced", label, correct) for label, correct in enumerate([5, 6, 7, 8, 9, 10, *[5] * 6, 2, 4])]
    moved = movers([*before, *after], "silenced", [], [], ALBUM)
    assert [(one.name, one.before, one.after) for one in moved] == [
        *((f"class {label}", 0.5, 0.5 + 0.1 * (label)) for label in (5, 4, 3, 2)),
        ("class 12", 0.5, 0.2),
        ("class 13", 0.5, 0.4),
    ]
    assert len([one for one in moved if one.after > one.before]) == MOVERS


def test_a_mover_shows_the_likest_picture_of_each_of_its_neighbors_first() -> None:
    """Kept pictures alone, so that nobody sees what was not trained on."""
    decisions = [
        _decision("l1", "lime", 0.9), _decision("l2", "lime", 0.8), _decision("y1", "yuzu", 0.3),
        _decision("l0", "lime", 1.0, DropReason.LEAK), _decision("x", "unknown", 1.0),
    ]  # fmt: skip
    classes = [_class(arm, label, count) for arm, count in (("targets_only", 1), ("silenced", 9)) for label in (0, 1)]
    moved = movers(classes, "silenced", [LIME, YUZU], decisions, ALBUM)
    shown = {"class 0": tuple(map(_shown, ("l1", "y1", "l2"))), "class 1": tuple(map(_shown, ("l1", "l2")))}
    assert {one.name: one.images for one in moved} == shown


def _trained(root: Path, logs: dict[str, list[dict[str, float]]]) -> StageRef:
    folder = open_stage(str(root), Stage.TRAIN, 1, None)
    for number, (arm, log) in enumerate(logs.items()):
        data = "".join(f"{json.dumps(line)}\n" for line in log).encode()
        folder.seal_part(str(number), [folder.write_file(f"{arm}.metrics.jsonl", "metrics", data)], Counter(arms=1), 1)
    parts = [part for number in range(len(logs)) if (part := folder.sealed_part(str(number)))]
    return folder.seal(parts, len(parts), 1)


def test_curves_are_read_off_the_metrics(tmp_path: Path) -> None:
    """One point for each look at validation, in the order of the arms; an arm without a log keeps its place."""
    looks = [{"step": 5, "loss": 1.0}, {"step": 10, "val_accuracy": 0.5}, {"step": 20, "val_accuracy": 0.75}]
    ref = _trained(tmp_path, {"targets_only": looks, "silenced": looks[:2]})
    assert curves(ref, ["silenced", "shuffled", "targets_only"]) == (
        Curve("silenced", ((10, 0.5),)),
        Curve("shuffled", ()),
        Curve("targets_only", ((10, 0.5), (20, 0.75))),
    )


def test_a_classs_portrait_is_its_first_training_picture(tmp_path: Path) -> None:
    """Never one that is held out, and none where it has moved."""
    for name, color in (("a", "red"), ("b", "blue"), ("c", "green")):
        (tmp_path / name).write_bytes(picture(color))
    listed = [
        TargetPicture(name, split, 0, name, str(tmp_path / name))
        for name, split in (("a", Split.TEST), ("b", Split.TRAIN), ("c", Split.TRAIN))
    ]
    album = Album.of([], listed, PICTURES.__getitem__, 32)
    assert album.portrait(0) == data_uri(picture("blue"), 32)
    assert album.portrait(1) == ""
    (tmp_path / "b").unlink()
    assert album.portrait(0) == ""
