"""Files that may hold pictures which cannot be read one by one: archives, and tables with room for them."""

import re
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from storage.errors import BadInput

TABLE = ".parquet"

PACKED = (
    ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz", ".zst", ".zip", ".7z", ".rar", ".arrow", ".tfrecord", TABLE,
)  # fmt: skip
"""Endings of files that are refused, since people try them."""

NAMED = 5
"""How many archives an error names."""

_TEXT = re.compile(r"\.(csv|tsv|txt|json|jsonl|xml)\.(gz|bz2|xz|zst)$", re.IGNORECASE)


def is_packed(name: str) -> bool:
    """Whether a file may hold pictures that cannot be read one by one, by its name."""
    return name.lower().endswith(PACKED) and not _TEXT.search(name)


def _has_bytes(kind: pa.DataType) -> bool:
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return True
    return any(_has_bytes(kind.field(place).type) for place in range(kind.num_fields))


def _may_hold_pictures(path: Path) -> bool:
    """Whether it does; tables of texts and numbers lie beside the pictures of most shards, ours among them."""
    if not path.name.lower().endswith(TABLE):
        return True
    try:
        return any(_has_bytes(kind) for kind in pq.read_schema(path).types)
    except pa.ArrowInvalid:
        return True


def refuse_archives(files: Mapping[str, Path]) -> None:
    """Raise BadInput where some of a folder's files hold pictures that would be passed over."""
    found = sorted(key for key, path in files.items() if is_packed(key) and _may_hold_pictures(path))
    if found:
        more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
        raise BadInput(
            f"{len(found)} archives that cannot be read picture by picture lie in the data set: "
            f"{', '.join(str(files[key]) for key in found[:NAMED])}{more}",
            "unpack them, or move them out where they hold no pictures of it",
        )
