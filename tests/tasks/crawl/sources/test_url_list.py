"""Lists of URLs as img2dataset users have them, in every format and with every fault."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from storage.errors import BadInput
from tasks.crawl.sources.matching import matches
from tasks.crawl.sources.url_list import UrlList
from tests.tasks.crawl.sources.api import ask_for, found_by
from tests.tasks.crawl.world import recipe

Rows = Sequence[dict[str, object]]


def parquet(path: Path, rows: Rows) -> Path:
    """The rows as Parquet, in row groups of two."""
    pyarrow.parquet.write_table(pa.Table.from_pylist(list(rows)), path, row_group_size=2)
    return path


def csv(path: Path, rows: Rows) -> Path:
    """The rows as CSV."""
    pyarrow.csv.write_csv(pa.Table.from_pylist(list(rows)), path)
    return path


def tsv(path: Path, rows: Rows) -> Path:
    """The rows as TSV."""
    pyarrow.csv.write_csv(pa.Table.from_pylist(list(rows)), path, pyarrow.csv.WriteOptions(delimiter="\t"))
    return path


def row(number: int, caption: str = "a granny smith apple", **cells: object) -> dict[str, object]:
    """One row."""
    return {"url": f"https://example.org/{number}.jpg", "caption": caption, "noise": number, **cells}


every = pytest.mark.parametrize("write", [parquet, csv, tsv])
Write = Callable[[Path, Rows], Path]


def written(tmp_path: Path, write: Write, rows: Rows, **fields: object) -> UrlList:
    """A source over a file of these rows."""
    path = write(tmp_path / f"list.{write.__name__}", rows)
    return UrlList.model_validate({"path": str(path), **fields})


@every
def test_rows_come_in_the_order_of_the_file(tmp_path: Path, write: Write) -> None:
    """Ranks count the rows that answer; one without URL keeps its place."""
    rows = [row(0), row(1, "a pear"), row(2, url=""), row(3), row(4, 'Granny\nSmith, "big"')]
    source = written(tmp_path, write, rows)
    found = found_by(source, ask_for())
    assert [(one.rank, one.url[-5]) for one in found] == [(0, "0"), (2, "3"), (3, "4")]
    assert (found[0].source, found[0].title, found[2].title) == (
        "url_list",
        "a granny smith apple",
        'Granny\nSmith, "big"',
    )
    assert found_by(source, ask_for(skip=1, limit=2)) == found[1:2]
    assert found_by(source, ask_for(skip=4)) == []


@every
def test_every_column_arrives(tmp_path: Path, write: Write) -> None:
    """Under the names that the recipe gives; what is not named is empty."""
    said = {"LICENSE": "CC BY 4.0", "who": "Jane", "page": "https://example.org/p", "kind": "Granny-Smith", "lu": ""}
    fields = {
        "category_column": "kind", "license_column": "LICENSE", "license_url_column": "lu", "creator_column": "who",
        "landing_column": "page", "name": "laion",
    }  # fmt: skip
    [found] = found_by(written(tmp_path, write, [row(0, "no words", **said)], **fields), ask_for())
    assert (found.source, found.license, found.creator, found.landing_url) == ("laion", "by", "Jane", said["page"])
    [bare] = found_by(written(tmp_path, write, [row(0, **said)], license="cc0"), ask_for())
    assert (bare.source, bare.license, bare.creator, bare.landing_url, bare.license_url) == (
        "url_list",
        "cc0",
        "",
        "",
        "",
    )


def test_null_and_numbers_are_text(tmp_path: Path) -> None:
    """A null cell is empty, a column of numbers or of categories is its text."""
    table = pa.table(
        {
            "url": pa.array([None, "https://example.org/1.jpg"], pa.large_string()),
            "caption": pa.array([None, None], pa.string()),
            "label": pa.array([7, 7], pa.int16()),
            "made_by": pa.array(["Jane", None]).dictionary_encode(),
        }
    )
    pyarrow.parquet.write_table(table, tmp_path / "list.parquet")
    source = UrlList(path=str(tmp_path / "list.parquet"), category_column="label", creator_column="made_by")
    [found] = found_by(source, ask_for(neighbor="7"))
    assert (found.rank, found.title, found.creator, found.license) == (1, "", "", "")


def test_a_folder_and_a_pattern_are_read_in_order(tmp_path: Path) -> None:
    """Files by their paths; what is no Parquet is passed over in a folder."""
    (tmp_path / "b").mkdir()
    parquet(tmp_path / "b" / "1.parquet", [row(1)])
    parquet(tmp_path / "a.parquet", [row(0)])
    (tmp_path / "a_stats.json").write_text("{}")
    for path in (tmp_path, tmp_path / "**" / "*.parquet"):
        assert [one.url[-5] for one in found_by(UrlList(path=str(path)), ask_for())] == ["0", "1"]


def test_a_stated_category_rules_out_every_other() -> None:
    """A row answers for its own category whatever the caption says; without one, by its caption."""
    categories = ["Granny_Smith", "GRANNY  smith", "grannysmith", "braeburn", "", ""]
    captions = ["x", "x", "x", "granny smith", "Smith, granny.", "granny smithers"]
    assert matches(pa.array(categories), pa.array(captions), ask_for()).to_pylist() == [
        True,
        True,
        True,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("caption", "query", "answers"),
    [
        ("Äpfel und Birnen", "äpfel", True), ("Kernäpfel", "äpfel", False), ("cafe\u0301", "caf\u00e9", True),
        ("anjou pear (d'Anjou)", "d'anjou", True), ("red-tailed hawk", "Red Tailed", True), ("redtailed", "red", False),
        ("apple2", "apple", False), ("apple_pie", "apple", True), ("a.b", "a+b", True), ("anything", "!?", False),
        ("one\ntwo", "two one", True), ("リンゴ の 木", "リンゴ", True), ("", "apple", False),
    ],
)  # fmt: skip
def test_whole_words(caption: str, query: str, answers: bool) -> None:
    """Case, order, marks and punctuation do not matter; parts of words do."""
    assert matches(pa.array([""]), pa.array([caption]), ask_for(query)).to_pylist() == [answers]


@given(
    st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=8),
    st.text(st.characters(codec="utf-8", max_codepoint=0x2FFF)),
)
def test_any_text_can_be_matched(captions: list[str], query: str) -> None:
    """No caption and no query is an error, and a caption that is the query answers if it has words."""
    found = matches(pa.array([""] * len(captions), pa.string()), pa.array(captions, pa.string()), ask_for(query))
    assert len(found) == len(captions)
    if any(c.isalnum() for c in query):
        assert matches(pa.array([""]), pa.array([query]), ask_for(query)).to_pylist() == [True]


@every
def test_a_missing_column_is_named(tmp_path: Path, write: Write) -> None:
    """With the columns that there are."""
    with pytest.raises(BadInput, match="has no column URL; its columns are url, caption, noise"):
        found_by(written(tmp_path, write, [row(0)], url_column="URL"), ask_for())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """So is an empty folder, and a format that is none of ours."""
    for path in (tmp_path / "no.parquet", tmp_path, tmp_path / "*.csv"):
        with pytest.raises(BadInput, match="there is no such list of URLs"):
            found_by(UrlList(path=str(path)), ask_for())
    (tmp_path / "list.xlsx").write_bytes(b"")
    with pytest.raises(BadInput, match=r"a list of URLs is no \.xlsx"):
        UrlList(path=str(tmp_path / "list.xlsx")).content()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("list.parquet", b"no parquet"),
        ("list.csv", b""),
        ("list.csv", b"url,caption\nhttps://example.org/1.jpg\n"),
        ("list.csv", b"url,caption\nhttps://example.org/\xff.jpg,granny smith\n"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, name: str, data: bytes) -> None:
    """What cannot be read stops the stage with the file's name."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BadInput, match=rf"{name} cannot be read"):
        found_by(UrlList(path=str(tmp_path / name)), ask_for())


def test_columns_that_are_not_named_do_not_matter(tmp_path: Path) -> None:
    """A number far up and a word far down the same column is no error."""
    lines = [f"https://example.org/{i}.jpg,granny smith,{i}" for i in range(100_000)] + ["u,granny smith,word"]
    path = tmp_path / "list.csv"
    path.write_text("\n".join(["url,caption,odd", *lines]))
    assert len(found_by(UrlList(path=str(path)), ask_for(skip=99_999, limit=10))) == 2


def test_its_content_is_that_of_its_files(tmp_path: Path) -> None:
    """Another place changes nothing, another byte does, and so does another order of the files."""
    (tmp_path / "x").mkdir()
    one, two = row(1), row(2)
    here, there = (UrlList(path=str(path)) for path in (tmp_path / "a.csv", tmp_path / "x" / "b.csv"))
    csv(tmp_path / "a.csv", [one])
    csv(tmp_path / "x" / "b.csv", [one])
    assert here.content() == there.content() != ""
    csv(tmp_path / "a.csv", [two])
    assert here.content() != there.content()
    assert UrlList(path=str(tmp_path / "*.csv")).content() == here.content()


def test_the_license_is_said_once() -> None:
    """By a column or for the whole list, and by an id that there is."""
    for fields in ({"license": "by", "license_column": "l"}, {"license": "free"}):
        with pytest.raises(ValidationError):
            recipe(sources=[{"kind": "url_list", "path": "x.csv", **fields}])
