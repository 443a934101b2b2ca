"""Rows survive Parquet, and a content digest sees exactly what it should."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import tables
from storage.records import VOLATILE, FetchReason, Relation

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)


@dataclass(frozen=True, slots=True)
class Row:
    """Every kind of column that a record may have."""

    text: str
    number: int
    score: float
    flag: bool
    data: bytes
    labels: tuple[int, ...]
    relation: Relation
    reason: FetchReason | None
    when: str = field(metadata=VOLATILE)


ROWS = st.builds(
    Row, TEXT, st.integers(-(2**62), 2**62), st.floats(allow_nan=False), st.booleans(), st.binary(max_size=9),
    st.lists(st.integers(0, 99), max_size=4).map(tuple), st.sampled_from(Relation),
    st.none() | st.sampled_from(FetchReason), TEXT,
)  # fmt: skip


@given(st.lists(ROWS, max_size=6))
def test_rows_come_back_as_they_were(rows: list[Row]) -> None:
    """from_table(to_table(x)) = x, enums and tuples included."""
    read = tables.from_table(tables.to_table(rows, Row), Row)
    assert read == rows
    assert all(type(row.relation) is Relation and type(row.labels) is tuple for row in read)


def test_rows_come_back_from_a_file(tmp_path: Path) -> None:
    """The same holds through a Parquet file, vectors included."""
    row = Row("a", 1, 0.5, True, b"x", (1, 2), Relation.SIBLING, None, "now")
    vectors = np.arange(8, dtype=np.float32).reshape(2, 4)
    uri = str(tmp_path / "deep" / "rows.parquet")
    tables.write_table(uri, tables.with_vectors(tables.to_table([row, row], Row), vectors))
    table = tables.read_table(uri)
    assert tables.from_table(table, Row) == [row, row]
    np.testing.assert_array_equal(tables.vectors_of(table), vectors)


@given(ROWS, TEXT)
def test_content_is_blind_to_volatile_columns(row: Row, when: str) -> None:
    """When something happened does not change what came out."""
    first, second = tables.to_table([row], Row), tables.to_table([replace(row, when=when)], Row)
    assert tables.content_digest(first) == tables.content_digest(second)


@given(ROWS)
def test_content_sees_every_other_column_and_the_order(row: Row) -> None:
    """A changed score, reason or order is a changed content."""
    changed = [replace(row, number=row.number + 1), replace(row, text=row.text + "x"), replace(row, flag=not row.flag)]
    digests = {tables.content_digest(tables.to_table([each], Row)) for each in [row, *changed]}
    assert len(digests) == 4
    assert tables.content_digest(tables.to_table([row, changed[0]], Row)) != tables.content_digest(
        tables.to_table([changed[0], row], Row)
    )


def test_content_sees_vectors() -> None:
    """A vector that moved in its last bit is another content."""
    row = Row("a", 1, 0.5, True, b"x", (), Relation.SIBLING, None, "")
    vector = np.ones((1, 4), dtype=np.float32)
    moved = np.nextafter(vector, np.float32(2))
    table = tables.to_table([row], Row)
    assert tables.content_digest(tables.with_vectors(table, vector)) != tables.content_digest(
        tables.with_vectors(table, moved)
    )


def test_content_does_not_depend_on_how_much_is_written_out_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A column in pieces is the JSON array of all of it, as earlier versions digested it."""
    rows = [Row(f"a{at}\u2028", at, 0.5, True, bytes([at]), (), Relation.SIBLING, None, "") for at in range(10)]
    table, whole = tables.to_table(rows, Row), hashlib.sha256()
    for column in table.schema:
        if not column.metadata:
            whole.update(f"{column.name}:{column.type};".encode())
            whole.update(json.dumps(table[column.name].to_pylist(), default=bytes.hex).encode())
    for piece in (3, 5, 10, 11):
        monkeypatch.setattr(tables, "_PIECE", piece)
        assert tables.content_digest(table) == whole.hexdigest()[:32]


def test_bytes_of_a_part_of_a_table_are_that_of_the_part() -> None:
    """Of a slice, of several chunks, and of nothing."""
    rows = [Row("", at, 0.5, True, bytes([at, at + 1]), (), Relation.SIBLING, None, "") for at in range(6)]
    table, name = tables.to_table(rows, Row), next(f.name for f in tables.schema_of(Row) if f.type == pa.binary())
    both = pa.concat_tables([table.slice(1, 2), table.slice(4, 1)])
    assert tables.bytes_of(both, name).tolist() == [1, 2, 2, 3, 4, 5]
    assert tables.bytes_of(table.slice(0, 0), name).tolist() == []
