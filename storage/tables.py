"""Rows as Parquet: a table's schema is read off its dataclass, and so is its content digest."""

import hashlib
import io
import json
import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from storage import filesystem

Row = TypeVar("Row")

VECTOR = "vector"
"""The name of the column that holds a row's embedding."""

_PIECE = 4096  # rows whose values are written out at a time for a digest


def _arrow_type(hint: Any) -> pa.DataType:
    if isinstance(hint, types.UnionType):
        return _arrow_type(next(arm for arm in typing.get_args(hint) if arm is not type(None)))
    if typing.get_origin(hint) is tuple:
        return pa.list_(_arrow_type(typing.get_args(hint)[0]))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return pa.string()
    return {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), bytes: pa.binary()}[hint]


def schema_of(row: type) -> pa.Schema:
    """The Arrow schema of a row class; volatile fields carry a mark in their metadata."""
    hints = typing.get_type_hints(row)
    return pa.schema(
        [
            pa.field(
                f.name, _arrow_type(hints[f.name]), metadata={"volatile": "1"} if f.metadata.get("volatile") else None
            )
            for f in fields(row)
        ]
    )


def _reader(hint: Any) -> Any:
    """What turns an Arrow value back into the field's own type, or None where it already is."""
    if isinstance(hint, types.UnionType):
        inner = _reader(next(arm for arm in typing.get_args(hint) if arm is not type(None)))
        return inner and (lambda value: None if value is None else inner(value))
    if typing.get_origin(hint) is tuple:
        return tuple
    return hint if isinstance(hint, type) and issubclass(hint, StrEnum) else None


def to_table(rows: Iterable[Row], row: type[Row]) -> pa.Table:
    """The rows as an Arrow table of the row class's schema."""
    names = [f.name for f in fields(row)]  # type: ignore[arg-type]  # a row class is a dataclass
    held = list(rows)
    return pa.table({name: [getattr(r, name) for r in held] for name in names}, schema=schema_of(row))


@cache
def _readers(row: type) -> dict[str, Any]:
    hints = typing.get_type_hints(row)
    return {f.name: _reader(hints[f.name]) for f in fields(row)}


def _values(column: pa.ChunkedArray) -> list[Any]:
    """The values of a column; equal texts are one object, for a category's name comes in every row of it."""
    if not pa.types.is_string(column.type):
        values: list[Any] = column.to_pylist()
        return values
    coded = column.combine_chunks().dictionary_encode()
    texts: list[str] = coded.dictionary.to_pylist()
    return [None if place is None else texts[place] for place in coded.indices.to_pylist()]


def from_table(table: pa.Table, row: type[Row]) -> list[Row]:
    """The rows of a table, in order; columns that the row class does not know are left out."""
    columns = []
    for name, read in _readers(row).items():  # type: ignore[arg-type]  # a class has a hash
        values = _values(table[name])
        columns.append([read(value) for value in values] if read else values)
    return [row(*values) for values in zip(*columns, strict=True)]


def with_vectors(table: pa.Table, vectors: np.ndarray) -> pa.Table:
    """The table with a column of float32 vectors of shape [rows, dim]."""
    flat = pa.array(np.ascontiguousarray(vectors, dtype=np.float32).reshape(-1))
    return table.append_column(VECTOR, pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]))


def vectors_of(table: pa.Table) -> np.ndarray:
    """The vector column as a float32 array of shape [rows, dim]."""
    column = table[VECTOR].combine_chunks()
    flat: np.ndarray = column.flatten().to_numpy(zero_copy_only=False)
    return flat.reshape(len(column), column.type.list_size)


def dim_of(table: pa.Table) -> int:
    """Numbers in a row's vector; 0 where the rows have none."""
    return table.schema.field(VECTOR).type.list_size if VECTOR in table.column_names else 0


def bytes_of(table: pa.Table, name: str) -> np.ndarray:
    """A column of byte strings as one array of bytes, uint8, the strings one behind the other."""
    column = table[name].combine_chunks()
    if not len(column):
        return np.zeros(0, np.uint8)
    offsets = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    return np.frombuffer(column.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]


def _json(column: pa.ChunkedArray) -> Iterator[str]:
    """The column as one JSON array, in pieces, so that a column of pictures is not written out whole."""
    yield "["
    for start in range(0, len(column), _PIECE):
        values = column.slice(start, _PIECE).to_pylist()
        yield (", " if start else "") + json.dumps(values, default=bytes.hex)[1:-1]
    yield "]"


def content_digest(table: pa.Table) -> str:
    """A digest of the rows in order, blind to volatile columns and to how Parquet packs them."""
    digest = hashlib.sha256()
    for f in table.schema:
        if f.metadata and b"volatile" in f.metadata:
            continue
        digest.update(f"{f.name}:{f.type};".encode())
        if f.name == VECTOR:
            digest.update(vectors_of(table).tobytes())
        else:
            for text in _json(table[f.name]):
                digest.update(text.encode())
    return digest.hexdigest()[:32]


def write_table(uri: str, table: pa.Table) -> int:
    """Write a Parquet file that appears only when it is whole; its size in bytes."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    filesystem.write_bytes(uri, sink.getvalue())
    return sink.tell()


def read_table(uri: str) -> pa.Table:
    """Read one Parquet file."""
    return pq.read_table(pa.BufferReader(filesystem.read_bytes(uri)))


def concat(tables: Sequence[pa.Table], empty: pa.Schema) -> pa.Table:
    """The tables under one another; an empty table of the given schema where there are none."""
    return pa.concat_tables(tables) if tables else empty.empty_table()
