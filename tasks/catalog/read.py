"""Read a data set that lies outside: every picture once, with its digest and where its bytes lie."""

import os
import stat
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from storage import tables
from storage.digests import digest_files
from storage.errors import BadInput
from storage.filesystem import join
from storage.fingerprint import fingerprint
from storage.records import Cataloged
from tasks.catalog.found import FORMS, Found, find
from tasks.catalog.tars import list_tar

TARS_AT_ONCE = 4
NAMED = 5
"""How many files an error names."""


def _held(path: Path) -> os.stat_result | None:
    try:
        held = path.stat()
    except OSError:
        return None
    return held if stat.S_ISREG(held.st_mode) else None


def _check(paths: Iterable[Path]) -> dict[Path, os.stat_result]:
    held = {path: _held(path) for path in paths}
    if missing := [str(path) for path, found in held.items() if found is None]:
        more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
        raise BadInput(
            f"{len(missing)} files of the data set are not there: {', '.join(missing[:NAMED])}{more}",
            "mend the links or the list that name them; paths on a list are relative to its folder",
        )
    return {path: found for path, found in held.items() if found}


def _check_names(found: Found) -> None:
    for key in (*found.pictures, *found.tars):
        try:
            key.encode()
        except UnicodeEncodeError as error:
            raise BadInput(f"{key!r} is no name in UTF-8", "rename the file, as with convmv") from error


def _of_pictures(pictures: Mapping[str, Path], held: Mapping[Path, os.stat_result], known: str) -> pa.Table:
    files = {str(path): held[path] for path in pictures.values()}
    digests = digest_files(files, join(known, "files.parquet")) if files else {}
    rows = (Cataloged(key, digests[str(path)], str(path), 0, held[path].st_size) for key, path in pictures.items())
    return tables.to_table(rows, Cataloged)


def _of_tar(prefix: str, path: Path, held: Mapping[Path, os.stat_result], known: str) -> pa.Table:
    table = list_tar(path, held[path], known)
    keys = pc.binary_join_element_wise(prefix, table["key"], "")
    return table.set_column(0, table.schema.field("key"), keys)


def read_catalog(path: str, known: str) -> pa.Table:
    """The pictures of a data set as a table of Cataloged by key; a tar that names a member twice has it twice.

    Files and tars that have not changed are not read again: the folder `known` remembers them. Raises BadInput for what
    is not there, holds no picture, or is broken.
    """
    root = Path(path).resolve()
    found = find(root)
    held = _check([*found.pictures.values(), *found.tars.values()])
    _check_names(found)
    known = join(known, fingerprint(str(root)))
    try:
        with ThreadPoolExecutor(TARS_AT_ONCE) as pool:  # hashing and reading let go of the GIL
            packed = list(pool.map(lambda key: _of_tar(key, found.tars[key], held, known), found.tars))
        table = pa.concat_tables([_of_pictures(found.pictures, held, known), *packed])
    except PermissionError as error:
        raise BadInput(f"{error.filename} cannot be read: {error.strerror}", "see to its permissions") from error
    if not table.num_rows:
        raise BadInput(f"{path} holds no picture", f"give the path of a data set: {FORMS}")
    return table.sort_by([("key", "ascending"), ("digest", "ascending")])
