"""What a person may do to the names, and what is refused."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import BadInput
from storage.records import NameReason, Neighbor, Relation, TargetClass
from tasks.neighbors.review.sheet import apply, render
from tests.tasks.neighbors.vetting.world import targets

CLASSES = [TargetClass(0, "lemon", 5, 0, 0), TargetClass(1, "golden delicious", 2, 0, 0)]
LIME = Neighbor("lime", (0, 1), Relation.SIBLING, ("lime fruit",), "a green lemon", None, "", "m", "p", 0, 0.5)
POMELO = Neighbor("pomelo", (0,), Relation.LOOKALIKE, ("pomelo",), "large", None, "", "m", "p", 1)
LEMONS = Neighbor("Lemons", (0,), Relation.SIBLING, (), "", NameReason.IS_TARGET, "the target class lemon", "m", "q", 2)
ROWS = [LEMONS, LIME, POMELO]
TEXT = st.text(max_size=12)
ROW = st.builds(
    Neighbor,
    name=TEXT,
    parents=st.sampled_from([(0,), (1,), (0, 1)]),
    relation=st.sampled_from(Relation),
    queries=st.lists(TEXT, max_size=3).map(tuple),
    why=TEXT,
    reason=st.sampled_from([NameReason.REPEATED, NameReason.NOT_A_NAME]),
    detail=TEXT,
    model=st.just("m"),
    prompt=st.just("p"),
    rank=st.integers(0, 9),
)


def _edit(*changes: tuple[str, str]) -> list[Neighbor]:
    """The names after these texts in the sheet were replaced."""
    text = render(ROWS, CLASSES)
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return apply(text, "names.csv", ROWS, CLASSES)


def _by_name(rows: list[Neighbor]) -> dict[str, Neighbor]:
    return {row.name: row for row in rows}


def test_an_untouched_sheet_changes_nothing() -> None:
    """The names come back as they were, cosines and odd spellings included."""
    assert apply(render(ROWS, CLASSES), "names.csv", ROWS, CLASSES) == ROWS


@settings(max_examples=200, deadline=None)
@given(st.lists(ROW, max_size=6, unique_by=lambda row: (row.name, row.parents, row.reason, row.queries, row.why)))
def test_no_text_breaks_the_sheet(rows: list[Neighbor]) -> None:
    """Whatever a model says, rendering and applying gives the same rows back."""
    found = apply(render([*rows, LIME], CLASSES), "names.csv", [*rows, LIME], CLASSES)
    assert sorted(map(repr, found)) == sorted(map(repr, [*rows, LIME]))


def test_a_no_drops_and_a_yes_keeps() -> None:
    """Both say so in the row."""
    rows = _by_name(_edit(("yes,pomelo", "no,pomelo")))
    assert (rows["pomelo"].reason, rows["pomelo"].detail) == (NameReason.REVIEWED, "dropped in review")
    kept = Neighbor("citron", (0,), Relation.SIBLING, ("citron",), "", NameReason.UNRELATED, "cosine 0.1", "m", "p")
    text = render([kept], CLASSES).replace("no,citron", "yes,citron")
    (row,) = apply(text, "names.csv", [kept], CLASSES)
    assert (row.reason, row.detail) == (None, "kept in review")


def test_names_classes_and_searches_may_be_rewritten() -> None:
    """The row keeps where it came from."""
    rows = _by_name(_edit(("yes,pomelo,lemon,lookalike,pomelo", "YES,Citron,lemon; Golden-Delicious,,citron; etrog")))
    row = rows["Citron"]
    assert (row.parents, row.relation, row.queries) == ((0, 1), Relation.SIBLING, ("citron", "etrog"))
    assert (row.model, row.prompt, row.reason) == ("m", "p", None)


def test_a_line_taken_out_is_a_dropped_name() -> None:
    """Nothing is lost: the row says that a person took it out."""
    text = "".join(line for line in render(ROWS, CLASSES).splitlines(keepends=True) if "pomelo" not in line)
    row = _by_name(apply(text, "names.csv", ROWS, CLASSES))["pomelo"]
    assert (row.reason, row.detail) == (NameReason.REVIEWED, "taken out in review")


def test_a_new_line_is_a_new_name() -> None:
    """Without searches it is searched by its name; where it came from is the line."""
    text = render(ROWS, CLASSES) + "yes,yuzu,lemon,,,,,,\n"
    row = _by_name(apply(text, "runs/names.csv", ROWS, CLASSES))["yuzu"]
    assert (row.parents, row.queries, row.model, row.prompt) == ((0,), ("yuzu",), "review", "names.csv")


def test_a_new_line_may_stand_anywhere() -> None:
    """Where in the sheet it was written is no part of what it says."""
    head, *lines = render(ROWS, CLASSES).splitlines(keepends=True)
    new = "yes,yuzu,lemon,,,,,,\n"
    last, first = ("".join(text) for text in ([head, *lines, new], [head, new, *lines]))
    assert apply(first, "names.csv", ROWS, CLASSES) == apply(last, "names.csv", ROWS, CLASSES)


def test_rows_of_a_large_label_set_have_ids_of_their_own() -> None:
    """Two that 8 hex digits would not tell apart are both read back."""
    citron = Neighbor("citron", (0,), Relation.SIBLING, ("citron",), "", NameReason.REPEATED, "", "m", "p")
    rows = [replace(citron, rank=20294), replace(citron, rank=90717)]
    assert apply(render(rows, CLASSES), "names.csv", rows, CLASSES) == rows


def test_classes_of_one_spelling_are_told_apart_by_their_exact_names() -> None:
    """What stands in parentheses counts where the cell is a class's whole name."""
    classes = targets("bass (fish)", "bass (instrument)")
    tuba = Neighbor("tuba", (1,), Relation.SIBLING, ("tuba",), "low", None, "", "m", "p")
    text = render([tuba], classes).replace("low", "deep") + "yes,cello,Bass (Instrument) ,,,,,,\n"
    assert [row.parents for row in apply(text, "names.csv", [tuba], classes)] == [(1,), (1,)]


def test_a_class_may_go_by_an_alias() -> None:
    """In any spelling, and a class of the very name goes before it."""
    classes = targets("bat = racket", "racket", "eggplant = baby aubergine")
    text = render([], classes) + "yes,paddle,Rackets,,,,,,\nyes,okra,baby-aubergines,,,,,,\n"
    assert {row.name: row.parents for row in apply(text, "names.csv", [], classes)} == {"paddle": (1,), "okra": (2,)}


@pytest.mark.parametrize("hand", ["kept", "added", "renamed"])
def test_an_alias_of_a_target_is_refused(hand: str) -> None:
    """A person may keep, write or rename to it as little as the target's own name."""
    classes = targets("eggplant = brinjal", "lemon")
    reason = NameReason.IS_ALIAS if hand == "kept" else None
    row = Neighbor("okra" if reason is None else "brinjal", (0,), Relation.SIBLING, (), "", reason, "", "m", "p")
    text = render([row], classes)
    text = {
        "kept": text.replace("no,brinjal", "yes,brinjal"),
        "added": text + "yes,Brinjals,lemon,,,,,,\n",
        "renamed": text.replace("yes,okra", "yes,brinjal"),
    }[hand]
    with pytest.raises(BadInput, match=r"[Bb]rinjals?' is an alias of the class 'eggplant'"):
        apply(text, "names.csv", [row], classes)


def test_a_sheet_saved_by_a_spreadsheet_is_read() -> None:
    """A byte-order mark, other line ends and quotes around everything change nothing."""
    rows = list(csv.reader(io.StringIO(render(ROWS, CLASSES))))
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    assert apply("\ufeff" + out.getvalue(), "names.csv", ROWS, CLASSES) == ROWS


@pytest.mark.parametrize("text", ["=1+1", "+lime", "-lime", "@lime"])
def test_no_cell_is_a_formula(text: str) -> None:
    """A spreadsheet that opens the sheet computes nothing."""
    row = Neighbor(text, (0,), Relation.SIBLING, (text,), text, NameReason.NOT_A_NAME, text, "m", "p")
    cells = next(iter(list(csv.reader(io.StringIO(render([row], CLASSES))))[1:]))
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("yes,pomelo", "maybe,pomelo"), r"line 2, column keep"),
        (("yes,pomelo,lemon", "yes,pomelo,melon"), r"line 2: 'melon' is no class"),
        (("yes,pomelo,lemon", "yes,pomelo,"), r"line 2, column classes"),
        (("yes,pomelo,lemon,lookalike", "yes,pomelo,lemon,cousin"), r"line 2, column relation"),
        (("yes,pomelo", "yes,"), r"line 2, column name"),
        (("yes,pomelo", "yes,Limes"), r"line 3: 'lime' is kept twice, first in names\.csv, line 2"),
        (("no,Lemons", "yes,Lemons"), r"line 4: 'Lemons' is itself a class"),
        (("keep,name", "kept,name"), r"names\.csv has no column 'keep'"),
        (("yes,pomelo", f"yes,{'x' * 131_073}"), r"names\.csv, line 2: field larger"),
        (("keep,name", f"keep,{'x' * 131_073}"), r"names\.csv, line 1: field larger"),
    ],
)
def test_a_mistake_is_named_by_line_and_column(change: tuple[str, str], problem: str) -> None:
    """The error says where, and that the sheet can be taken away."""
    with pytest.raises(BadInput, match=problem) as stopped:
        _edit(change)
    assert "take the file away" in stopped.value.mend


def test_an_unknown_id_is_a_mistake() -> None:
    """A line copied with its id would else be two names from one."""
    text = render(ROWS, CLASSES)
    with pytest.raises(BadInput, match=r"line 5, column id"):
        apply(text + text.splitlines()[1].replace("lime", "etrog") + "\n", "names.csv", ROWS, CLASSES)
