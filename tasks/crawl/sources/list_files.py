"""The files of a URL list, and their columns as text."""

import glob
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from storage.errors import BadInput

_ROWS = 1 << 14  # of one batch
_DELIMITERS = {".csv": ",", ".tsv": "\t"}


def files_of(path: str) -> list[Path]:
    """The files that a path, a folder or a pattern names, sorted; BadInput where there are none."""
    given = Path(path)
    found = sorted(given.rglob("*.parquet")) if given.is_dir() else [given] if given.is_file() else []
    found = found or sorted(file for name in glob.glob(path, recursive=True) if (file := Path(name)).is_file())
    if not found:
        raise BadInput(f"{path}: there is no such list of URLs", "correct `path` of the url_list source")
    if odd := sorted({file.suffix.lower() for file in found} - {".parquet", *_DELIMITERS}):
        mend = "give Parquet, CSV or TSV files, named *.parquet, *.csv or *.tsv"
        raise BadInput(f"{path}: a list of URLs is no {' and '.join(odd) or 'file without a suffix'}", mend)
    return found


def _parquet(file: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    opened = pyarrow.parquet.ParquetFile(file)
    _check(file, opened.schema_arrow.names, columns)
    yield from opened.iter_batches(_ROWS, columns=columns)


def _csv(file: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    parse = pyarrow.csv.ParseOptions(delimiter=_DELIMITERS[file.suffix.lower()], newlines_in_values=True)
    _check(file, pyarrow.csv.open_csv(file, parse_options=parse).schema.names, columns)
    texts = dict.fromkeys(columns, pa.string())
    convert = pyarrow.csv.ConvertOptions(include_columns=columns, column_types=texts)
    yield from pyarrow.csv.open_csv(file, parse_options=parse, convert_options=convert)


def _check(file: Path, held: Sequence[str], columns: Sequence[str]) -> None:
    if missing := [column for column in columns if column not in held]:
        raise BadInput(
            f"{file} has no column {', '.join(missing)}; its columns are {', '.join(held)}",
            "correct the columns of the url_list source",
        )


def _texts(batch: pa.RecordBatch, wanted: Mapping[str, str | None]) -> pa.RecordBatch:
    nothing = pa.repeat("", batch.num_rows)
    columns = {
        ours: batch[theirs].cast(pa.string()).fill_null("") if theirs else nothing for ours, theirs in wanted.items()
    }
    return pa.RecordBatch.from_pydict(columns)


def batches(files: Sequence[Path], wanted: Mapping[str, str | None]) -> Iterator[pa.RecordBatch]:
    """The rows in the order of the files, as columns of text under our names; empty text for null and for no column.

    `wanted` maps our names to theirs. Raises BadInput where a column is missing or a file cannot be read.
    """
    columns = list(dict.fromkeys(column for column in wanted.values() if column))
    for file in files:
        read = _parquet if file.suffix.lower() == ".parquet" else _csv
        try:
            for batch in read(file, columns):
                yield _texts(batch, wanted)
        except (pa.ArrowException, OSError) as error:
            mend = "mend the file; CSV and TSV have a header, are UTF-8, and quote cells that hold the delimiter"
            raise BadInput(f"{file} cannot be read: {error}", mend) from error
