"""The columns of a class-names CSV that say more of a class than its name, found by their headers."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from storage.errors import BadInput
from tasks.targets.names import NamedClass

HEADERS = {"definition": "definition", "taxonomy": "taxonomy", "path": "taxonomy", "aliases": "aliases"}
"""The headers that count, and which field they fill; where two fill the same, the one named first here."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line below the header: its cells, and the file and line as an error names them."""

    where: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV's rows, blank ones left out, and in which column, from 0, it holds which field of a class."""

    rows: tuple[Row, ...]
    places: Mapping[str, int]

    def describe(self, one: NamedClass, row: Row) -> NamedClass:
        """The class with what its row says of it; a cell that is empty or missing says nothing."""
        held = {field: row.cells[place] for field, place in self.places.items() if place < len(row.cells)}
        cells = {field: " ".join(cell.split()) for field, cell in held.items()}
        aliases = tuple(alias for part in re.split("[;|]", cells.get("aliases", "")) if (alias := part.strip()))
        return replace(one, aliases=aliases, definition=cells.get("definition", ""), taxonomy=cells.get("taxonomy", ""))


def _rows(path: Path, text: str) -> Iterator[Row]:
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        yield from (Row(f"{path}, line {reader.line_num}", tuple(cells)) for cells in reader)
    except csv.Error as error:
        mend = 'close every quoted cell, and write "" for a quote inside one'
        raise BadInput(f"{path}, line {reader.line_num}: {error}", mend) from error


def _places(header: Sequence[str], after: int) -> dict[str, int]:
    heads = [re.sub(r"\s*\(str\)$", "", head.strip().lower()) for head in header]
    places: dict[str, int] = {}
    for head, field in HEADERS.items():
        if head in heads[after:]:
            places.setdefault(field, heads.index(head, after))
    return places


def read_sheet(path: Path, text: str, after: int) -> Sheet:
    """The rows of a CSV with a header, and where its columns are; none counts among the first `after`.

    Case, space around a header and a "(str)" behind it do not matter. Raises BadInput where it is no CSV.
    """
    header, *rows = tuple(_rows(path, text)) or (Row(str(path), ()),)
    return Sheet(tuple(row for row in rows if row.cells), _places(header.cells, after))
