"""What Prefect sees of the catalog stage: one partition that lists every picture of a data set that lies outside."""

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from storage.errors import BadInput
from storage.filesystem import join
from storage.manifest import StageFolder
from storage.records import Cataloged, Unreadable
from storage.tables import content_digest, from_table
from tasks.catalog.read import read_catalog
from tasks.partition import Outcome, partition

VERSION = 1

LARGEST = 1 << 29
"""The most bytes of a picture: a larger file is never held in memory, whatever its name says."""


def _read(path: str, root: str) -> pa.Table:
    return read_catalog(path, join(root, "outside"))


def _digests(table: pa.Table) -> dict[str, str]:
    # A table without the marks of a row class, so that not even what is volatile in its rows is left out.
    places = pa.table({name: table[name] for name in ("path", "offset", "size")})
    return {"data": content_digest(table), "places": content_digest(places)}


def digests(path: str, root: str) -> dict[str, str]:
    """What the data set holds, `data`, and where in which files it lies, `places`: the inputs of the stage's key.

    Digests of its files are kept under the root.
    """
    return _digests(_read(path, root))


@partition("list")
def list_pictures(folder: StageFolder, part: str, path: str) -> Outcome:
    """Write one row a picture, and those that are too large to be one."""
    table = _read(path, folder.root)
    if _digests(table) != folder.inputs:
        raise BadInput(f"{path} changed while it was read", "wait until it is whole, and run this again")
    fits = pc.less_equal(table["size"], LARGEST)
    large = from_table(table.filter(pc.invert(fits)), Cataloged)
    unreadable = [Unreadable(row.digest, f"{row.key}: {row.size:,} bytes are too many for a picture") for row in large]
    kept = table.filter(fits)
    files = [folder.write_table(part, Cataloged.__name__, kept), folder.write_rows(part, unreadable, Unreadable)]
    return files, Counter(pictures=kept.num_rows, too_large=len(large))
