"""What a CSV beside an image folder says of its classes."""

from pathlib import Path

import pytest

from storage.errors import BadInput
from tasks.targets.folder import described
from tasks.targets.names import NamedClass

FOLDERS = [NamedClass(0, "Lime"), NamedClass(1, "Pink_Lady"), NamedClass(2, "tench, Tinca tinca")]


def _file(folder: Path, text: str) -> Path:
    (folder / "classes.csv").write_text(text)
    return folder / "classes.csv"


@pytest.mark.parametrize(
    "text",
    [
        'folder,Definition,aliases\n"tench, Tinca tinca",A fish.,doctor fish\nLime,,key lime\n',
        'name,label,definition,aliases\nLime,7,,key lime\n\n"tench, Tinca tinca",,A fish.,doctor fish\n',
    ],
    ids=["without labels", "with labels"],
)
def test_a_csv_describes_folders(tmp_path: Path, text: str) -> None:
    """By the folder's name as spelled, in any order; what has no row keeps nothing but its name."""
    assert described(FOLDERS, _file(tmp_path, text)) == [
        NamedClass(0, "Lime", ("key lime",)),
        NamedClass(1, "Pink_Lady"),
        NamedClass(2, "tench, Tinca tinca", ("doctor fish",), "A fish."),
    ]


@pytest.mark.parametrize(
    ("text", "problem", "mend"),
    [
        ("name,definition\nLime,green\nPink-Lady,red\n", "line 3: there is no class folder 'Pink-Lady'", "Pink_Lady"),
        ("name,definition\nXylophone,wood\n", "line 2: there is no class folder 'Xylophone'", "as spelled"),
        ("name,definition\nLime,green\nLime,sour\n", "line 3: 'Lime' has a row already", "one of the two"),
        ("name,definition\n,green\n", "line 2: .* names no folder", "first column"),
        ("name,label,definitions\nLime,0,green\n", "no column `definition`", "header"),
        ("", "no column `definition`", "header"),
    ],
)
def test_a_bad_row_about_a_folder_is_named(tmp_path: Path, text: str, problem: str, mend: str) -> None:
    """The error names the file, the line and what was probably meant."""
    with pytest.raises(BadInput, match=problem) as error:
        described(FOLDERS, _file(tmp_path, text))
    assert "classes.csv" in error.value.problem
    assert mend in error.value.mend
