"""The image-folder layout: `root/train/<class>/*.jpg`, and `val` and `test` beside it."""

import difflib
from collections.abc import Collection, Sequence
from pathlib import Path

from storage.errors import BadInput
from storage.picture_names import is_picture
from storage.records import Split
from tasks.targets.class_file import read_text
from tasks.targets.columns import Row, Sheet, read_sheet
from tasks.targets.lists import Listed
from tasks.targets.names import NamedClass


def _class_folders(folder: Path) -> list[Path]:
    # Hidden folders are an editor's or a notebook's, never a class.
    return sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))


def _pictures(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if is_picture(file.name) and not file.name.startswith("."))


def read_folder(root: Path) -> tuple[list[NamedClass], list[Listed]]:
    """The classes, numbered by the sorted names of train's folders, and all pictures.

    A data set may come without `val` or `test`; it never comes without `train`.
    """
    train = root / Split.TRAIN
    if not train.is_dir():
        raise BadInput(
            f"there is no folder {train}", "put the pictures in train/<class>/, or give `targets.train`, a list"
        )
    named = [NamedClass(number, folder.name) for number, folder in enumerate(_class_folders(train))]
    if not named:
        raise BadInput(f"{train} holds no class folder", "put the pictures in train/<class>/")
    ids = {one.written: one.id for one in named}
    listed = []
    for split in Split:
        for folder in _class_folders(root / split) if (root / split).is_dir() else []:
            if folder.name not in ids:
                raise BadInput(f"{folder} is a class that {train} lacks", "add training pictures, or remove the folder")
            listed += [Listed(file.relative_to(root).as_posix(), split, ids[folder.name]) for file in _pictures(folder)]
    return named, listed


def _sheet(path: Path) -> Sheet:
    sheet = read_sheet(path, read_text(path, "targets.class_names"), after=1)
    if not sheet.places:
        raise BadInput(
            f"{path} has no column `definition`, `taxonomy` or `aliases`, so it says nothing of a folder",
            "correct its header, or take `targets.class_names` out of the recipe",
        )
    return sheet


def _check_row(row: Row, folders: Collection[str], taken: Collection[str]) -> str:
    """The folder that the row is about."""
    if not (folder := row.cells[0].strip()):
        raise BadInput(f"{row.where}: {list(row.cells)} names no folder", "write it in the first column")
    if folder not in folders:
        near = difflib.get_close_matches(folder, folders, n=1)
        mend = f"write {near[0]!r}" if near else "write a folder of train/ as spelled there, or delete the row"
        raise BadInput(f"{row.where}: there is no class folder {folder!r}", mend)
    if folder in taken:
        raise BadInput(f"{row.where}: {folder!r} has a row already", "delete one of the two")
    return folder


def described(named: Sequence[NamedClass], path: Path) -> list[NamedClass]:
    """The classes of an image folder with what a CSV says of them; its first column is a folder's name as spelled.

    Raises BadInput for a row without a folder, and for a file that says nothing; a folder may be without a row.
    """
    sheet, by_folder = _sheet(path), {one.written: one for one in named}
    told: dict[str, NamedClass] = {}
    for row in sheet.rows:
        folder = _check_row(row, by_folder, told)
        told[folder] = sheet.describe(by_folder[folder], row)
    return list({**by_folder, **told}.values())
