"""Class-name files: text and CSV, and what a CSV says of a class beside its name."""

from pathlib import Path

import pytest

from storage.errors import BadInput
from tasks.targets.class_file import read_class_names
from tasks.targets.names import NamedClass

GROCERY_HEADER = "Class Name (str),Class ID (int),Coarse Class Name (str),Product Description Path (str)\n"


def _file(folder: Path, text: str, name: str = "classes.csv") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_a_text_file_counts_lines_from_zero(tmp_path: Path) -> None:
    """The line number is the label, and the whole line is what the class is written as."""
    path = _file(tmp_path, "\ufefftench, Tinca tinca\ngoldfish\n\n", "names.txt")
    assert read_class_names(path) == [NamedClass(0, "tench, Tinca tinca"), NamedClass(1, "goldfish")]


def test_a_csv_file_gives_label_and_name(tmp_path: Path) -> None:
    """The first column names, the second numbers, the header and further columns are skipped."""
    path = _file(tmp_path, 'Class Name (str),Class ID (int),Coarse\nLime,1,Citrus\n"tench, Tinca tinca",0,Fish\n')
    assert read_class_names(path) == [NamedClass(0, "tench, Tinca tinca"), NamedClass(1, "Lime")]


def test_headers_that_only_contain_a_known_word_do_not_count(tmp_path: Path) -> None:
    """Grocery's "Product Description Path" is neither a definition nor a taxonomy."""
    path = _file(tmp_path, GROCERY_HEADER + "Lime,0,Citrus,/descriptions/Fruit/Lime.txt\n")
    assert read_class_names(path) == [NamedClass(0, "Lime")]


@pytest.mark.parametrize(
    "header",
    ["definition,taxonomy,aliases", " Definition ,TAXONOMY, Aliases (str)", "Definition(str),path,aliases (STR)"],
)
def test_columns_are_found_by_their_header(tmp_path: Path, header: str) -> None:
    """Case, space around them and the mark of their type aside; `path` is a taxonomy too."""
    row = 'Lemon,0,"A sour, yellow fruit.",Fruit/Citrus,Citrus limon; sour lemon|Lisbon\n'
    assert read_class_names(_file(tmp_path, f"name,label,{header}\n{row}")) == [
        NamedClass(0, "Lemon", ("Citrus limon", "sour lemon", "Lisbon"), "A sour, yellow fruit.", "Fruit/Citrus")
    ]


def test_columns_may_stand_in_any_order_and_be_empty_or_missing(tmp_path: Path) -> None:
    """An empty cell, and a row that ends before its column, say nothing."""
    text = "name,label,aliases,note,definition\nLime,0, ; |,seen, \nLemon,1\nFig,2,,,A fruit.\n"
    assert read_class_names(_file(tmp_path, text)) == [
        NamedClass(0, "Lime"),
        NamedClass(1, "Lemon"),
        NamedClass(2, "Fig", definition="A fruit."),
    ]


def test_a_taxonomy_comes_before_a_path(tmp_path: Path) -> None:
    """A file may have both, one for the kinds and one for where something lies."""
    path = _file(tmp_path, "name,label,path,taxonomy\nLime,0,/data/lime,fruit > citrus\n")
    assert read_class_names(path) == [NamedClass(0, "Lime", taxonomy="fruit > citrus")]


def test_the_name_and_the_label_are_no_further_columns(tmp_path: Path) -> None:
    """Whatever the first two are headed, they are the name and the label."""
    assert read_class_names(_file(tmp_path, "path,definition\nLime,0\n")) == [NamedClass(0, "Lime")]


def test_a_definition_over_two_lines_is_one_sentence(tmp_path: Path) -> None:
    """A quoted cell may hold line breaks, which are spaces to a reader."""
    text = 'name,label,definition\nLime,0,"A green\n  fruit."\nFig,1,Sweet.\n'
    assert [one.definition for one in read_class_names(_file(tmp_path, text))] == ["A green fruit.", "Sweet."]


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("a.csv", "name,id\nLime,one\n", "line 2"),
        ("a.csv", "name,id\nLime\n", "line 2"),
        ("a.csv", 'name,id,definition\nFig,0,"a\nb"\nLime,,c\n', "line 4"),
        ("a.csv", "name,id\nLime,1\nLemon,1\n", "label 1 is both 'Lime' and 'Lemon'"),
        ("a.csv", "name,id\n", "names no class"),
        ("a.csv", 'name,id,definition\nLime,0,"green\nFig,1,sweet\n', "line 3"),
        ("a.txt", "lime\n\nlemon\n", "line 2: label 1 has no name"),
        ("a.txt", "crane\nlime\nCrane\n", "two classes are named 'crane'"),
        ("a.txt", "tench, Tinca\nlime\ntench,tinca,\n", "two classes are named 'tench, tinca'"),
        ("a.txt", "", "names no class"),
    ],
)
def test_a_bad_class_name_file_is_named(tmp_path: Path, file: str, text: str, problem: str) -> None:
    """The error names the file and, where there is one, the line."""
    with pytest.raises(BadInput, match=problem) as error:
        read_class_names(_file(tmp_path, text, file))
    assert file in error.value.problem


def test_a_first_name_may_be_that_of_two_classes(tmp_path: Path) -> None:
    """ImageNet's "maillot" and "maillot, tank suit" are two classes, told apart by the whole."""
    assert len(read_class_names(_file(tmp_path, "maillot\nmaillot, tank suit\n", "names.txt"))) == 2


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
