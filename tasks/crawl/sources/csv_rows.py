"""The rows of a CSV or TSV file, of which an odd one spoils no other."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

_LINE = 1 << 20  # characters of a line; the csv module itself takes 128 Ki of a cell at most


class _Lines:
    """The lines of a file; those of a row that came to nothing can be had again, but for its first."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again: list[str] = []
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else self._file.readline(_LINE)
        if not line:
            raise StopIteration
        self.taken.append(line)
        return line

    def drop_first(self) -> None:
        """Go back to the line after the first of those taken; a line that is too long counts as one."""
        first, *others = self.taken
        if not others:
            while first and not first.endswith(("\n", "\r")):
                first = self._file.readline(_LINE)
        self._again += reversed(others)


def rows_of(file: Path, delimiter: str) -> Iterator[list[str] | None]:
    """The cells of each row, blank lines left out; None for a row that is none.

    That is one with a quote that nothing closes, a cell over 128 KiB or a line over 1 MiB; the lines after its first
    are read as rows of their own. Bytes that are no UTF-8 come as surrogates. Raises OSError.
    """
    with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as opened:
        lines = _Lines(opened)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            lines.taken.clear()
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error:
                lines.drop_first()
                yield None
                continue
            if row:
                yield row
