"""Where the names lie for a person to look at, and whether they have been edited or approved."""

from dataclasses import dataclass

from storage import filesystem
from storage.errors import BadInput
from storage.manifest import read_rows
from storage.records import Neighbor, StageRef, TargetClass, Unanswered
from tasks.neighbors.config import NeighborsConfig
from tasks.neighbors.review.page import render_page
from tasks.neighbors.review.sheet import MEND, apply, in_place, render
from tasks.neighbors.wordnet import open_wordnet


@dataclass(frozen=True, slots=True)
class Desk:
    """The review of one result of the neighbors stage: its sheet, its page and its approval, under one name."""

    root: str
    recipe: str
    names: StageRef

    def _uri(self, ending: str) -> str:
        return filesystem.join(self.root, "review", f"{self.recipe}-{self.names.content}.{ending}")

    @property
    def sheet(self) -> str:
        """The CSV that may be edited."""
        return self._uri("csv")

    @property
    def page(self) -> str:
        """The page to look at."""
        return self._uri("html")

    @property
    def approved(self) -> bool:
        """Whether a person has let these names pass."""
        return filesystem.exists(self._uri("approved"))

    def approve(self) -> None:
        """Let these names pass, now and whenever they are found again."""
        filesystem.write_bytes(self._uri("approved"), b"")

    @property
    def _mark(self) -> str:
        """What holds, whatever the names, the uri of the sheet whose edits were in force last."""
        return filesystem.join(self.root, "review", f"{self.recipe}.edited")

    def _marked(self) -> str:
        try:
            return filesystem.read_bytes(self._mark).decode(errors="replace").strip()
        except FileNotFoundError:
            return ""

    def _is_ours(self, sheet: str) -> bool:
        """Whether it is this sheet, even if the root goes by another spelling."""
        return sheet.rpartition("/")[2] == self.sheet.rpartition("/")[2]

    @property
    def left_behind(self) -> str | None:
        """The sheet of other names that was edited last and still lies there; None where there is none."""
        sheet = self._marked()
        return sheet if sheet and not self._is_ours(sheet) and filesystem.exists(sheet) else None

    def remember(self, in_force: bool) -> None:
        """Mark this sheet as the one edited last, or take its mark away where its edits were taken back."""
        if in_force:
            filesystem.write_bytes(self._mark, self.sheet.encode())
        elif self._is_ours(self._marked()):
            filesystem.write_bytes(self._mark, b"")

    def text(self) -> str:
        """The sheet as it lies there; BadInput where it is no text."""
        try:
            return filesystem.read_bytes(self.sheet).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadInput(f"{self.sheet} is not UTF-8: {error}", f"save it as UTF-8; {MEND}") from error


def _bounds(config: NeighborsConfig) -> list[str]:
    """What the names were vetted by, for the reader of the page."""
    vet = config.vet
    told = [
        f"kinds of the class itself: {vet.hyponyms}",
        f"dictionary: {'yes' if open_wordnet(vet.dictionary) else 'no'}",
    ]
    if vet.text:
        told += [f"alias from cosine {vet.text.alias_above:g}", f"unrelated under {vet.text.unrelated_below:g}"]
    return told


def lay_out(desk: Desk, config: NeighborsConfig, targets: StageRef) -> None:
    """Write the sheet and the page, unless a sheet lies there already: it may have been edited."""
    if filesystem.exists(desk.sheet):
        return
    rows, classes = read_rows(desk.names, Neighbor), read_rows(targets, TargetClass)
    page = render_page(desk.recipe, desk.sheet, rows, classes, read_rows(desk.names, Unanswered), _bounds(config))
    filesystem.write_bytes(desk.page, page.encode())
    filesystem.write_bytes(desk.sheet, render(rows, classes).encode())


def changed(desk: Desk, targets: StageRef) -> list[Neighbor] | None:
    """The names as the sheet has them; None where nothing was changed, or no sheet has been laid out."""
    if not filesystem.exists(desk.sheet):
        return None
    rows = read_rows(desk.names, Neighbor)
    found = apply(desk.text(), desk.sheet, rows, read_rows(targets, TargetClass))
    # The text check gives reasons after the rows were sorted.
    return None if found == sorted(rows, key=in_place) else found


def edited(desk: Desk, targets: StageRef) -> list[Neighbor] | None:
    """The names as a person left them, which the desk remembers; None where nothing was changed."""
    rows = changed(desk, targets)
    desk.remember(rows is not None)
    return rows
