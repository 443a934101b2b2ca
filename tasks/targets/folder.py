"""The image-folder layout: `root/train/<class>/*.jpg`, and `val` and `test` beside it."""

from pathlib import Path

from storage.errors import BadInput
from storage.records import Split
from tasks.targets.lists import SUFFIXES, Listed
from tasks.targets.names import NamedClass


def _class_folders(folder: Path) -> list[Path]:
    # Hidden folders are an editor's or a notebook's, never a class.
    return sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))


def _pictures(folder: Path) -> list[Path]:
    return sorted(
        file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
    )


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
