"""Whether a sheet was edited, and what is told of one whose names have changed."""

from collections import Counter
from pathlib import Path

from storage import filesystem
from storage.manifest import open_stage
from storage.records import NameReason, Neighbor, Relation, Stage, StageRef, TargetClass
from tasks.neighbors.review.desk import Desk, edited
from tasks.neighbors.review.sheet import render
from tests.tasks.neighbors.vetting.world import targets

CLASSES = targets("lemon")
REPEATED = Neighbor("lime", (0,), Relation.SIBLING, ("lime",), "", NameReason.REPEATED, "", "m", "p", 1)
UNRELATED = Neighbor("lime", (0,), Relation.SIBLING, ("lime",), "", NameReason.UNRELATED, "", "m", "p", 0)
KEPT = Neighbor("citron", (0,), Relation.SIBLING, ("citron",), "", None, "", "m", "p", 2)


def _stage(root: Path, stage: Stage, rows: list[Neighbor] | list[TargetClass]) -> StageRef:
    folder = open_stage(str(root), stage, 1, [row.name for row in rows])
    file = folder.write_rows("part", rows, type(rows[0]))
    return folder.seal([folder.seal_part("part", [file], Counter(), 0.0)], len(rows), 0.0)


def _desk(root: Path, *rows: Neighbor) -> Desk:
    """A desk with an untouched sheet."""
    desk = Desk(str(root), "limes", _stage(root, Stage.NEIGHBORS, list(rows)))
    filesystem.write_bytes(desk.sheet, render(rows, CLASSES).encode())
    return desk


def _drop(desk: Desk) -> None:
    filesystem.write_bytes(desk.sheet, desk.text().replace("yes,", "no,", 1).encode())


def test_an_untouched_sheet_is_not_edited_in_whatever_order_its_rows_are(tmp_path: Path) -> None:
    """The text check gives reasons to rows that were sorted before."""
    desk = _desk(tmp_path, UNRELATED, KEPT, REPEATED)
    assert edited(desk, _stage(tmp_path, Stage.TARGETS, CLASSES)) is None


def test_edits_that_were_left_behind_are_told_of(tmp_path: Path) -> None:
    """Until the new sheet is edited too, or the old one is taken away."""
    classes = _stage(tmp_path, Stage.TARGETS, CLASSES)
    old, new = _desk(tmp_path, KEPT), _desk(tmp_path, KEPT, REPEATED)
    assert edited(old, classes) is None
    assert new.left_behind is None
    _drop(old)
    assert edited(old, classes)
    assert (tmp_path / "review" / "limes.edited").read_text() == old.sheet
    assert old.left_behind is None
    assert new.left_behind == old.sheet
    assert edited(new, classes) is None
    assert new.left_behind == old.sheet
    _drop(new)
    assert edited(new, classes)
    assert new.left_behind is None
    Path(new.sheet).unlink()
    assert old.left_behind is None


def test_edits_that_were_taken_back_are_not_missed(tmp_path: Path) -> None:
    """A sheet that says again what the names say has nothing to carry over."""
    classes = _stage(tmp_path, Stage.TARGETS, CLASSES)
    old, new = _desk(tmp_path, KEPT), _desk(tmp_path, KEPT, REPEATED)
    untouched = old.text()
    _drop(old)
    assert edited(old, classes)
    filesystem.write_bytes(old.sheet, untouched.encode())
    assert edited(old, classes) is None
    assert new.left_behind is None
