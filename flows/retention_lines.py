"""What a clean-up says: a row for each thing that goes, and how much disk that gives back."""

from collections import Counter
from collections.abc import Sequence

from rich.filesize import decimal
from rich.table import Table

from storage.retention import DAY
from storage.retention_going import Going

COLUMNS = ("stage", "key", "why", "files", "bytes", "age, days")


def cells(going: Sequence[Going], at: float) -> list[tuple[str, ...]]:
    """A row each in the order of COLUMNS, the largest first; `at` is when they were looked at, seconds since 1970."""
    return [
        (one.place, one.key, one.why, f"{len(one.files):,}", f"{one.bytes:,}", f"{(at - one.newest) / DAY:,.1f}")
        for one in sorted(going, key=lambda one: (-one.bytes, one.place, one.key, one.why))
    ]


def drawn(going: Sequence[Going], at: float) -> Table:
    """The table that people read in a terminal."""
    table = Table(*COLUMNS)
    for column in table.columns[3:]:
        column.justify = "right"
    for row in cells(going, at):
        table.add_row(*row)
    return table


def counts(going: Sequence[Going]) -> str:
    """How many things go for which reason, and what they come to."""
    files, size = sum(len(one.files) for one in going), sum(one.bytes for one in going)
    why = ", ".join(f"{count:,} {reason}" for reason, count in sorted(Counter(one.why for one in going).items()))
    return f"{why or 'nothing'}: {files:,} files, {decimal(size)} ({size:,} bytes)"
