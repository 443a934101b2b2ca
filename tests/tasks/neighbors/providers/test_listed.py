"""Neighbors that the user wrote down."""

from pathlib import Path

import pytest

from storage.errors import BadInput
from storage.records import AnswerReason, Proposal, Relation
from tasks.neighbors.providers.listed import propose
from tests.tasks.neighbors.vetting.world import targets

CLASSES = targets("golden delicious = yellow delicious", "lemon", "kiwi")
CSV = """class,name,relation,queries,why
lemon,lime,lookalike,lime fruit; green lime ;,citrus
Golden-Delicious,gala,,,
lemon,citron,,,
"""
JSONL = """\
{"class": "lemon", "name": "lime", "relation": "lookalike", "queries": ["lime fruit", "green lime"], "why": "citrus"}

{"class": "golden delicious", "name": "gala", "relation": null, "queries": null, "why": null}
{"class": "lemon", "name": "citron"}
"""


def _file(folder: Path, text: str, name: str = "names.csv", encoding: str = "utf-8") -> str:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return str(path)


def _told(proposals: tuple[Proposal, ...]) -> list[tuple[object, ...]]:
    return [(each.name, each.parent, each.relation, each.queries, each.why, each.rank) for each in proposals]


@pytest.mark.parametrize(("name", "text", "places"), [("a.csv", CSV, (2, 3, 4)), ("a.jsonl", JSONL, (1, 3, 4))])
def test_a_file_names_what_it_lists(tmp_path: Path, name: str, text: str, places: tuple[int, ...]) -> None:
    """CSV and JSONL say the same, what is left empty has its default, and each row knows its line."""
    told = propose(CLASSES, _file(tmp_path, text, name))
    assert _told(told.proposals) == [
        ("lime", 1, Relation.LOOKALIKE, ("lime fruit", "green lime"), "citrus", 0),
        ("gala", 0, Relation.SIBLING, ("gala",), "", 0),
        ("citron", 1, Relation.SIBLING, ("citron",), "", 1),
    ]
    assert [each.prompt for each in told.proposals] == [f"{name}:{place}" for place in places]
    assert {each.model for each in told.proposals} == {"file"}


def test_a_class_that_the_file_leaves_out_is_unanswered(tmp_path: Path) -> None:
    """It is a row with the file's name."""
    (row,) = propose(CLASSES, _file(tmp_path, CSV)).unanswered
    assert (row.label, row.reason, row.detail) == (2, AnswerReason.EMPTY, "names.csv names nothing for it")
    assert len(propose(CLASSES, _file(tmp_path, "")).unanswered) == 3


@pytest.mark.parametrize("spelled", ["yellow delicious", "Yellow-Delicious", "golden  delicious", "GOLDEN DELICIOUS"])
def test_a_class_may_go_by_any_of_its_names(tmp_path: Path, spelled: str) -> None:
    """Its aliases too, in any spelling."""
    (each,) = propose(CLASSES, _file(tmp_path, f"class,name\n{spelled},gala\n")).proposals
    assert each.parent == 0


def test_a_class_of_the_name_goes_before_an_alias(tmp_path: Path) -> None:
    """Of two classes with one name the one that is called so is meant."""
    (each,) = propose(targets("bat = racket", "racket"), _file(tmp_path, "class,name\nracket,paddle\n")).proposals
    assert each.parent == 1


def test_classes_of_one_spelling_are_told_apart_by_their_exact_names(tmp_path: Path) -> None:
    """What stands in parentheses counts where the cell is a class's whole name."""
    classes = targets("bass (fish)", "bass (instrument)", "perch = bass (food)")
    text = "class,name\n Bass (Instrument) ,tuba\nbass (fish),pike\nbass (food),zander\nbasses,trout\n"
    assert [each.parent for each in propose(classes, _file(tmp_path, text)).proposals] == [1, 0, 2, 0]


@pytest.mark.parametrize(
    "text",
    [
        "class,name,color\nlemon,lime,green\n",
        "class,name\nlemon,lime,green,more\n",
        "color,why,name,class\ngreen,,lime,lemon\n",
        "class,name,queries,why\nlemon,lime\n",
        '"class","name"\r\n"lemon","lime"\r\n',
    ],
)
def test_other_columns_and_short_rows_are_no_fault(tmp_path: Path, text: str) -> None:
    """Columns stand in any order, further ones are not read, and what a row lacks is empty."""
    (each,) = propose(CLASSES, _file(tmp_path, text)).proposals
    assert (each.name, each.parent, each.queries, each.why) == ("lime", 1, ("lime",), "")


@pytest.mark.parametrize(("name", "text"), [("a.csv", CSV), ("a.jsonl", JSONL)])
def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path, name: str, text: str) -> None:
    """As spreadsheets write it."""
    plain = propose(CLASSES, _file(tmp_path, text, name))
    assert propose(CLASSES, _file(tmp_path, text, name, "utf-8-sig")) == plain


def test_a_line_of_json_may_hold_any_character(tmp_path: Path) -> None:
    """Separators of lines and paragraphs within a string end no line."""
    (each,) = propose(
        CLASSES, _file(tmp_path, '{"class": "lemon", "name": "lime", "why": "a\u2028b"}\n', "a.jsonl")
    ).proposals
    assert each.why == "a\u2028b"


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.csv", "class,name\nlemon,lime\npear,quince\n", "a.csv, line 3: 'pear' is no class"),
        ("a.csv", "class,name\nlemon,\n", "a.csv, line 2: name"),
        ("a.csv", "class\nlemon\n", "a.csv, line 2: name"),
        ("a.csv", "name,why\nlime,round\n", "a.csv, line 2: class"),
        ("a.csv", "class,name,relation\nlemon,lime,\nlemon,citron,cousin\n", "a.csv, line 3: relation"),
        ("a.csv", f"class,name\nlemon,lime\nlemon,{'x' * 131_073}\n", "a.csv, line 3: field larger"),
        ("a.csv", f"class,name,{'x' * 131_073}\nlemon,lime\n", "a.csv, line 1: field larger"),
        ("a.jsonl", '{"class": "lemon", "name": "lime"}\n{"class": \n', "a.jsonl, line 2: no JSON"),
        ("a.jsonl", '\n{"class": "lemon"}\n', "a.jsonl, line 2: name"),
        ("a.jsonl", '["lemon", "lime"]\n', "a.jsonl, line 1: "),
        ("a.jsonl", '{"class": "lemon", "name": "lime", "queries": [1]}\n', "a.jsonl, line 1: queries"),
    ],
)
def test_a_broken_line_is_named_by_its_number(tmp_path: Path, name: str, text: str, problem: str) -> None:
    """And by its field, or the class that there is none of."""
    with pytest.raises(BadInput) as caught:
        propose(CLASSES, _file(tmp_path, text, name))
    assert problem in caught.value.problem
    assert "class" in caught.value.mend


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Missing, or no text; the message says which field of the recipe names it."""
    with pytest.raises(BadInput, match=r"neighbors\.provider\.path.*nowhere\.csv"):
        propose(CLASSES, str(tmp_path / "nowhere.csv"))
    (tmp_path / "picture.csv").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(BadInput, match=r"picture\.csv"):
        propose(CLASSES, str(tmp_path / "picture.csv"))
