"""One file of a URL list as tables of text, without its odd rows: Parquet, CSV or TSV."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from tasks.crawl.sources.csv_rows import rows_of

DELIMITERS = {".csv": ",", ".tsv": "\t"}
"""What separates cells, by the suffix of the file; any other suffix is Parquet's."""

_ROWS = 1 << 14  # of one table

Read = tuple[pa.RecordBatch, int]
"""Rows, and how many odd ones were left out beside them."""


def _shown(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def header_of(file: Path) -> list[str]:
    """The names of its columns, none for an empty file; pa.ArrowException or OSError where it is no such file."""
    if delimiter := DELIMITERS.get(file.suffix.lower()):
        return [_shown(name) for name in next(rows_of(file, delimiter), None) or ()]
    return list(pyarrow.parquet.read_schema(file).names)


def _cells(row: Sequence[str] | None, width: int, places: Sequence[int]) -> list[str] | None:
    if row is None or len(row) != width:
        return None
    cells = [row[place] for place in places]
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:  # bytes that are no UTF-8
        return None
    return cells


def _csv(file: Path, delimiter: str, columns: Sequence[str]) -> Iterator[Read]:
    header, rows = header_of(file), rows_of(file, delimiter)
    places = [header.index(column) for column in columns]
    next(rows)
    while chunk := list(islice(rows, _ROWS)):
        good = [cells for row in chunk if (cells := _cells(row, len(header), places)) is not None]
        texts = {name: pa.array([row[at] for row in good], pa.string()) for at, name in enumerate(columns)}
        yield pa.RecordBatch.from_pydict(texts), len(chunk) - len(good)


def _text_or_null(data: bytes | None) -> str | None:
    try:
        return (data or b"").decode()
    except UnicodeDecodeError:
        return None


def _text(column: Any) -> Any:
    """A column as text, empty for null; null where its bytes are no UTF-8, which Parquet does not look at."""
    kind = column.type
    raw = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)
    data = (column if raw else column.cast(pa.string())).cast(pa.binary())
    try:
        return data.cast(pa.string()).fill_null("")
    except pa.ArrowInvalid:
        return pa.array([_text_or_null(value) for value in data.to_pylist()], pa.string())


def _parquet(file: Path, columns: Sequence[str]) -> Iterator[Read]:
    with pyarrow.parquet.ParquetFile(file) as opened:
        for batch in opened.iter_batches(_ROWS, columns=columns):
            texts = pa.RecordBatch.from_pydict({column: _text(batch[column]) for column in columns})
            good = texts.drop_null()
            yield good, texts.num_rows - good.num_rows


def tables_of(file: Path, columns: Sequence[str]) -> Iterator[Read]:
    """These of its columns as text, so many rows at a time; pa.ArrowException or OSError where it cannot be read."""
    delimiter = DELIMITERS.get(file.suffix.lower())
    return _csv(file, delimiter, columns) if delimiter else _parquet(file, columns)
