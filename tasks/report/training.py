"""What training came to, as the page shows it: accuracies, the gain and the classes behind it, the curves."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from storage import filesystem
from storage.manifest import read_manifest, read_rows
from storage.records import Accuracy, ClassAccuracy, Confused, Decision, Neighbor, Split, StageRef
from tasks.report.arms import ALONE, CONTROLS
from tasks.report.feature_map import feature_map
from tasks.report.page import GROUPS, Arm, Curve, Gain, Mover, Score, Training
from tasks.report.samples import Album

MOVERS = 4
"""Classes shown of those that gained most, and at most as many of those that lost."""

PICTURES = 6
"""Kept pictures of its neighbors that stand beside a class."""


def accuracy_table(rows: Sequence[Accuracy]) -> tuple[Arm, ...]:
    """The arms in the order of training, the best of each group marked."""
    held = {(row.arm, row.group): row.accuracy for row in rows}
    arms = list(dict.fromkeys(row.arm for row in rows))
    best = {group: max(held.get((arm, group), -1.0) for arm in arms) for group in GROUPS} if arms else {}

    def score(arm: str, group: str) -> Score | None:
        accuracy = held.get((arm, group))
        return None if accuracy is None else Score(accuracy, accuracy == best[group])

    return tuple(Arm(arm, tuple(score(arm, group) for group in GROUPS)) for arm in arms)


def gain(rows: Sequence[Accuracy], judged: Split) -> Gain | None:
    """Accuracy on a split of the arm that is best on validation, against targets alone; None without such a pair.

    Choosing on validation keeps the test split out of the choice; a control arm is no choice.
    """
    chosen = {row.arm: row.accuracy for row in rows if row.split is Split.VAL and row.group == "all"}
    others = [arm for arm in chosen if arm != ALONE and arm not in CONTROLS]
    if ALONE not in chosen or not others:
        return None
    best = max(others, key=chosen.__getitem__)
    found = {(row.arm, row.group): row.accuracy for row in rows if row.split is judged}
    before, after = (tuple(found.get((arm, group)) for group in GROUPS) for arm in (ALONE, best))
    return Gain(best, before, after)


def movers(
    classes: Sequence[ClassAccuracy],
    arm: str,
    neighbors: Sequence[Neighbor],
    decisions: Sequence[Decision],
    album: Album,
) -> tuple[Mover, ...]:
    """The classes that gained most by an arm, then those that lost most, with kept pictures of their neighbors."""
    before = {row.label: row for row in classes if row.arm == ALONE and row.pictures}
    after = {row.label: row for row in classes if row.arm == arm and row.pictures}
    moved = sorted(
        (after[label].correct / after[label].pictures - before[label].correct / before[label].pictures, label)
        for label in before.keys() & after.keys()
    )
    shown = [label for change, label in reversed(moved) if change > 0][:MOVERS]
    shown += [label for change, label in moved if change < 0][:MOVERS]
    pictures = _pictures_by_target(neighbors, decisions)
    return tuple(
        Mover(
            row.name, row.group, row.train, before[label].correct / row.pictures, row.correct / row.pictures,
            album.portrait(label), tuple(album.image(decision) for decision in pictures[label][:PICTURES]),
        )
        for label in shown
        for row in [after[label]]
    )  # fmt: skip


def _pictures_by_target(
    neighbors: Sequence[Neighbor], decisions: Sequence[Decision]
) -> Mapping[int, Sequence[Decision]]:
    """The kept pictures of every target's neighbors: the likest of each neighbor, then the next of each."""
    parents = {row.name: row.parents for row in neighbors if row.reason is None}
    kept = (decision for decision in decisions if decision.reason is None)
    ranked: list[tuple[int, Decision]] = []
    rank: Counter[str] = Counter()
    for decision in sorted(kept, key=lambda decision: (-decision.similarity, decision.key)):
        ranked.append((rank[decision.neighbor], decision))
        rank[decision.neighbor] += 1
    by_target: dict[int, list[Decision]] = defaultdict(list)
    for _, decision in sorted(ranked, key=lambda one: one[0]):
        for label in parents.get(decision.neighbor, ()):
            by_target[label].append(decision)
    return by_target


def curves(train: StageRef, arms: Sequence[str], of: str = "val_accuracy") -> tuple[Curve, ...]:
    """A metric by step of every arm, off the metrics that training wrote; no point where it is not in the log."""
    files = {
        file.name: file for part in read_manifest(train.uri).parts for file in part.files if file.kind == "metrics"
    }
    by_arm = {name.rpartition("/")[2].removesuffix(".metrics.jsonl"): name for name in files}
    found = []
    for arm in arms:
        data = filesystem.read_bytes(filesystem.join(train.uri, by_arm[arm])) if arm in by_arm else b""
        rows = [json.loads(line) for line in data.decode().splitlines()]
        found.append(Curve(arm, tuple((row["step"], row[of]) for row in rows if of in row)))
    return tuple(found)


def tell(train: StageRef, neighbors: Sequence[Neighbor], decisions: Sequence[Decision], album: Album) -> Training:
    """What a finished training came to, on the test split or, where there is none, on validation."""
    rows = read_rows(train, Accuracy)
    judged = Split.TEST if any(row.split is Split.TEST for row in rows) else Split.VAL
    told = [row for row in rows if row.split is judged]
    sizes, arms, gained = {row.group: row.classes for row in told}, accuracy_table(told), gain(rows, judged)
    classes = read_rows(train, ClassAccuracy)
    return Training(
        judged_on={Split.TEST: "test", Split.VAL: "validation"}[judged],
        arms=arms,
        sizes=tuple(sizes.get(group, 0) for group in GROUPS),
        gain=gained,
        movers=movers(classes, gained.arm, neighbors, decisions, album) if gained else (),
        curves=curves(train, [arm.name for arm in arms]),
        map=feature_map(train, classes, read_rows(train, Confused)),
    )
