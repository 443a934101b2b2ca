"""One line of a list is a path and a label, whatever stands between and behind them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import BadInput
from storage.records import Split
from tasks.targets.lists import Listed, parse_line, read_list

NAME = st.text(st.characters(categories=("L", "N"), include_characters=" -_,."), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("line", "path", "label"),
    [
        ("train/n01440764/n01440764_190.JPEG 0", "train/n01440764/n01440764_190.JPEG", 0),
        ("train/Apple/Golden-Delicious_001.jpg, 12, 3", "train/Apple/Golden-Delicious_001.jpg", 12),
        ("my pictures/a b, c.png\t7", "my pictures/a b, c.png", 7),
        ("copy.jpg of 2.jpg 3", "copy.jpg of 2.jpg", 3),
        ("a.jpg,5,/icons/a.jpg", "a.jpg", 5),
        ("a.webp 5 six", "a.webp", 5),
    ],
)
def test_a_line_is_a_path_and_a_label(line: str, path: str, label: int) -> None:
    """Separators may be spaces, tabs or commas; paths may hold them; further columns don't count."""
    assert parse_line(line, "here") == (path, label)


@settings(max_examples=100, deadline=None)
@given(folder=NAME, label=st.integers(0, 9999), separator=st.sampled_from([" ", "\t", ",", ", ", "  "]))
def test_parsing_undoes_writing(folder: str, label: int, separator: str) -> None:
    """What is written as `path label` is read as the same path and label."""
    path = f"{folder.strip()}/picture.jpeg"
    assert parse_line(f"{path}{separator}{label}", "here") == (path, label)


@pytest.mark.parametrize(
    ("text", "problem", "mend"),
    [
        ("a.jpg 0\nb.jpg\n", "line 2: 'b.jpg' has no label", "after the path"),
        ("a.jpg 0\nb.jpg one\n", "line 2: the label 'one' is not a number", "whole number"),
        ("a.jpg 0\nb.jpg 1.5\n", "line 2: the label '1.5' is not a number", "whole number"),
        ("a.jpg 0\n\nb.jpg 2\n", "line 3: label 2 is outside the class list", "targets.class_names"),
        ("a.jpg -1\n", "line 1: label -1 is outside the class list", "targets.class_names"),
        ("notes.txt 0\n", "line 1: no picture path", ".jpg"),
        ("a.jpg 0\nb.jpg 1\na.jpg 1\n", "line 3: 'a.jpg' is listed already on line 1", "delete"),
        ("\n \n", "lists no picture", "targets.val"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, text: str, problem: str, mend: str) -> None:
    """The error names the file, the line, what is wrong with it and what mends it."""
    (tmp_path / "val.txt").write_text(text)
    with pytest.raises(BadInput, match=problem) as error:
        read_list(tmp_path / "val.txt", Split.VAL, {0, 1})
    assert "val.txt" in error.value.problem
    assert mend in error.value.mend


def test_a_list_keeps_its_order(tmp_path: Path) -> None:
    """Pictures come in the order of the lines, blank lines aside."""
    (tmp_path / "train.txt").write_text("b.jpg 1\r\n\r\na.jpg 0\r\n")
    listed = read_list(tmp_path / "train.txt", Split.TRAIN, {0, 1})
    assert listed == [Listed("b.jpg", Split.TRAIN, 1), Listed("a.jpg", Split.TRAIN, 0)]


def test_a_missing_list_names_its_field(tmp_path: Path) -> None:
    """The mend says which field of the recipe to correct."""
    with pytest.raises(BadInput, match="is not a file") as error:
        read_list(tmp_path / "test.txt", Split.TEST, {0})
    assert "targets.test" in error.value.mend
