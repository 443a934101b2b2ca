"""The files of a URL list, and their columns as text."""

import glob
import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from storage.errors import BadInput
from tasks.crawl.sources.list_tables import DELIMITERS, header_of, tables_of

logger = logging.getLogger(__name__)

_MEND = "mend the file; CSV and TSV have a header, are UTF-8, and quote cells that hold the delimiter"

Wanted = Mapping[str, str | None]
"""Names of the files' columns by our names for them."""


def files_of(path: str) -> list[Path]:
    """The files that a path, a folder or a pattern names, sorted; BadInput where there are none."""
    given = Path(path)
    found = sorted(given.rglob("*.parquet")) if given.is_dir() else [given] if given.is_file() else []
    found = found or sorted(file for name in glob.glob(path, recursive=True) if (file := Path(name)).is_file())
    if not found:
        raise BadInput(f"{path}: there is no such list of URLs", "correct `path` of the url_list source")
    if odd := sorted({file.suffix.lower() for file in found} - {".parquet", *DELIMITERS}):
        mend = "give Parquet, CSV or TSV files, named *.parquet, *.csv or *.tsv"
        raise BadInput(f"{path}: a list of URLs is no {' and '.join(odd) or 'file without a suffix'}", mend)
    return found


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{file} cannot be read: {error}", _MEND) from error


def digest_of(file: Path) -> str:
    """The SHA-256 of its bytes; BadInput where it cannot be read."""
    with _readable(file), file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _columns(file: Path, wanted: Wanted) -> list[str]:
    columns = list(dict.fromkeys(column for column in wanted.values() if column))
    with _readable(file):
        held = header_of(file)
    if not held:
        raise BadInput(f"{file} cannot be read: it has no header", _MEND)
    if missing := [column for column in columns if column not in held]:
        raise BadInput(
            f"{file} has no column {', '.join(missing)}; its columns are {', '.join(held)}",
            "correct the columns of the url_list source",
        )
    return columns


def check_columns(files: Sequence[Path], wanted: Wanted) -> None:
    """Raises BadInput where a file lacks a column or is none of its format; no row is read."""
    for file in files:
        _columns(file, wanted)


def _renamed(batch: pa.RecordBatch, wanted: Wanted) -> pa.RecordBatch:
    nothing = pa.repeat("", batch.num_rows)
    return pa.RecordBatch.from_pydict({ours: batch[theirs] if theirs else nothing for ours, theirs in wanted.items()})


def _batches(file: Path, wanted: Wanted) -> Iterator[pa.RecordBatch]:
    columns, good, odd = _columns(file, wanted), 0, 0
    try:
        with _readable(file):
            for batch, left_out in tables_of(file, columns):
                good, odd = good + batch.num_rows, odd + left_out
                yield _renamed(batch, wanted)
    finally:
        if odd:
            logger.warning("%s: %s rows are left out: too long, too many cells or no UTF-8", file, f"{odd:,}")
    if odd and not good:
        raise BadInput(f"{file} cannot be read: none of its {odd:,} rows is one", _MEND)


def batches(files: Sequence[Path], wanted: Wanted) -> Iterator[pa.RecordBatch]:
    """The rows in the order of the files, as columns of text under our names; empty text for null and for no column.

    An odd row is left out, and a line in the log counts them for each file. Raises BadInput where a column is missing,
    a file cannot be read or none of its rows can.
    """
    for file in files:
        yield from _batches(file, wanted)
