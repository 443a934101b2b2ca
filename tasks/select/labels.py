"""A small file in which somebody says of some candidates whether they are right."""

import csv
import io

from storage import filesystem
from storage.errors import BadInput
from storage.records import url_key

COLUMNS = ("url", "neighbor", "right")
RIGHT = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}


def _word(path: str, line: int, text: str) -> bool:
    if (found := RIGHT.get(text.strip().lower())) is None:
        raise BadInput(f"{path}, line {line}: right is {text!r}", f"write one of {', '.join(RIGHT)}")
    return found


def read_labels(path: str) -> dict[tuple[str, str], bool]:
    """Whether a candidate, by key and category, is right: a CSV file with the columns url, neighbor and right.

    Raises BadInput where the file, a column or a word is not what it should be.
    """
    try:
        text = filesystem.read_bytes(path).decode("utf-8-sig")
    except (FileNotFoundError, IsADirectoryError, PermissionError, UnicodeDecodeError) as error:
        raise BadInput(f"labels: {path} cannot be read: {error}", "give the path of a CSV file in UTF-8") from error
    rows = csv.DictReader(io.StringIO(text))
    if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise BadInput(
            f"labels: {path} has no column {', '.join(missing)}", f"its first line must be {','.join(COLUMNS)}"
        )
    # A short line gives None for what it lacks.
    return {
        (url_key(row["url"] or ""), row["neighbor"] or ""): _word(path, line, row["right"] or "")
        for line, row in enumerate(rows, 2)
    }
