"""Names as data sets write them, and as people do."""

from pathlib import Path

import pytest

from storage.errors import BadInput
from tasks.targets.names import NamedClass, choose, read_class_names, spoken


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Golden-Delicious", "golden delicious"),
        ("Black_footed_Albatross", "black footed albatross"),
        ("  sea   lion ", "sea lion"),
        ("iPod", "iPod"),
        ("BMW 3 Series", "BMW 3 series"),
        ("McIntosh-Apple", "McIntosh apple"),
    ],
)
def test_a_name_is_spoken(written: str, name: str) -> None:
    """Hyphens and underscores go, and so do capitals but those inside a word."""
    assert spoken(written) == name
    assert spoken(name) == name


def test_a_text_file_counts_lines_from_zero(tmp_path: Path) -> None:
    """The line number is the label; commas in a line belong to the name."""
    (tmp_path / "names.txt").write_text("\ufefftench, Tinca tinca\ngoldfish\n\n")
    named = read_class_names(tmp_path / "names.txt")
    assert named == [NamedClass(0, "tench, Tinca tinca"), NamedClass(1, "goldfish")]


def test_a_csv_file_gives_label_and_name(tmp_path: Path) -> None:
    """The first column names, the second numbers, the header and further columns are skipped."""
    (tmp_path / "classes.csv").write_text("Class Name (str),Class ID (int),Coarse\nLime,1,Citrus\nPink-Lady,0,Apple\n")
    assert read_class_names(tmp_path / "classes.csv") == [NamedClass(0, "Pink-Lady"), NamedClass(1, "Lime")]


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("a.csv", "name,id\nLime,one\n", "line 2"),
        ("a.csv", "name,id\nLime\n", "line 2"),
        ("a.csv", "name,id\nLime,1\nLemon,1\n", "label 1 is both 'Lime' and 'Lemon'"),
        ("a.csv", "name,id\n", "names no class"),
        ("a.txt", "lime\n\nlemon\n", "line 2: label 1 has no name"),
        ("a.txt", "crane\nlime\nCrane\n", "two classes are named 'crane'"),
        ("a.txt", "", "names no class"),
    ],
)
def test_a_bad_class_name_file_is_named(tmp_path: Path, file: str, text: str, problem: str) -> None:
    """The error names the file and, where there is one, the line."""
    (tmp_path / file).write_text(text)
    with pytest.raises(BadInput, match=problem) as error:
        read_class_names(tmp_path / file)
    assert file in error.value.problem


def test_a_missing_class_name_file_names_its_field(tmp_path: Path) -> None:
    """The mend says which field of the recipe to correct."""
    with pytest.raises(BadInput, match="is not a file") as error:
        read_class_names(tmp_path / "gone.txt")
    assert "targets.class_names" in error.value.mend


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    """Bytes of another encoding end in a named error."""
    (tmp_path / "names.txt").write_bytes(b"jalape\xf1o\n")
    with pytest.raises(BadInput, match="not UTF-8"):
        read_class_names(tmp_path / "names.txt")


def test_the_recipe_chooses_and_orders_classes() -> None:
    """The order of `classes` is the order of the labels."""
    named = [NamedClass(0, "Lime"), NamedClass(1, "Pink-Lady"), NamedClass(2, "Lemon")]
    assert [one.written for one in choose(named, ["Lemon", "Lime"])] == ["Lemon", "Lime"]
    assert choose(named, None) == named


@pytest.mark.parametrize(
    ("wanted", "problem", "mend"),
    [
        (["Lime", "Lemmon"], r"targets.classes\[1\]: there is no class 'Lemmon'", "write 'Lemon'"),
        (["Xylophone"], "there is no class 'Xylophone'", "class-name file"),
        (["Lime", "Lime"], r"targets.classes\[1\]: 'Lime' is there twice", "take one"),
    ],
)
def test_an_unknown_class_is_named_with_the_nearest(wanted: list[str], problem: str, mend: str) -> None:
    """The error names the place in the recipe and what was probably meant."""
    with pytest.raises(BadInput, match=problem) as error:
        choose([NamedClass(0, "Lime"), NamedClass(1, "Lemon")], wanted)
    assert mend in error.value.mend
