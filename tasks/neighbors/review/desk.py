"""Where the names lie for a person to look at, and whether they have been edited or approved."""

from dataclasses import dataclass

from storage import filesystem
from storage.errors import BadInput
from storage.manifest import read_rows
from storage.records import Neighbor, StageRef, TargetClass, Unanswered
from tasks.neighbors.config import NeighborsConfig
from tasks.neighbors.review.page import render_page
from tasks.neighbors.review.sheet import MEND, apply, render
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


def edited(desk: Desk, targets: StageRef) -> list[Neighbor] | None:
    """The names as a person left them; None where nothing was changed."""
    rows = read_rows(desk.names, Neighbor)
    found = apply(desk.text(), desk.sheet, rows, read_rows(targets, TargetClass))
    return None if found == rows else found
