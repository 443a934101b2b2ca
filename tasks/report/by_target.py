"""The page's view by target class: its neighbors with their yields, and the names that were dropped."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from storage.records import Neighbor, TargetClass, Unanswered
from tasks.report.page import DroppedName, NeighborLine, TargetBlock


def _line(row: Neighbor, label: int, names: Mapping[int, str], fetched: int, kept: int, found: bool) -> NeighborLine:
    others = tuple(names[parent] for parent in row.parents if parent != label)
    return NeighborLine(row.name, row.relation, row.queries, row.why, others, fetched, kept, found)


def target_blocks(
    classes: Sequence[TargetClass],
    neighbors: Sequence[Neighbor],
    unanswered: Sequence[Unanswered],
    fetched: Mapping[str, int],
    kept: Mapping[str, int],
    unfound: Collection[str],
) -> tuple[TargetBlock, ...]:
    """Every target with its neighbors and dropped names; `fetched` and `kept` count pictures by neighbor.

    `unfound` names the neighbors that no source offers anything for.
    """
    names = {target.label: target.name for target in classes}
    silent = {row.label: f"{row.reason}: {row.detail}" for row in unanswered}
    lines: dict[int, list[NeighborLine]] = defaultdict(list)
    dropped: dict[int, list[DroppedName]] = defaultdict(list)
    for row in neighbors:
        for label in row.parents:
            if row.reason is None:
                counts = fetched.get(row.name, 0), kept.get(row.name, 0)
                lines[label].append(_line(row, label, names, *counts, row.name not in unfound))
            else:
                dropped[label].append(DroppedName(row.name, row.reason, row.detail))
    return tuple(
        TargetBlock(
            one.name, one.train, one.val, one.test,
            tuple(lines[one.label]), tuple(dropped[one.label]), silent.get(one.label, ""),
        )
        for one in classes
    )  # fmt: skip
