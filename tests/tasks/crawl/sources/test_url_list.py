"""Lists of URLs as img2dataset users have them, in every format and with every fault."""

import csv as stdlib_csv
import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from storage.errors import BadInput
from tasks.crawl.sources import list_files
from tasks.crawl.sources.ask import Ask
from tasks.crawl.sources.csv_rows import rows_of
from tasks.crawl.sources.list_tables import Read, tables_of
from tasks.crawl.sources.matching import Matcher
from tasks.crawl.sources.url_list import UrlList
from tests.tasks.crawl.sources.api import ask_for, found_by, replies_of
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


def answering(categories: list[str], captions: list[str], ask: Ask) -> list[bool]:
    """Which rows answer, among those of another ask."""
    found = dict(
        Matcher([ask_for("", neighbor="another"), ask]).matches(
            pa.array(categories, pa.string()), pa.array(captions, pa.string())
        )
    )
    rows = found[1].tolist() if 1 in found else []
    assert rows == sorted(set(rows))
    return [row in rows for row in range(len(categories))]


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
    assert answering(categories, captions, ask_for()) == [
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
    assert answering([""], [caption], ask_for(query)) == [answers]


@given(
    st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=8),
    st.text(st.characters(codec="utf-8", max_codepoint=0x2FFF)),
)
def test_any_text_can_be_matched(captions: list[str], query: str) -> None:
    """No caption and no query is an error, and a caption that is the query answers if it has words."""
    assert len(answering([""] * len(captions), captions, ask_for(query))) == len(captions)
    if any(c.isalnum() for c in query):
        assert answering([""], [query], ask_for(query)) == [True]


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
        ("list.tsv", b'url\tcaption\n"lone'),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, name: str, data: bytes) -> None:
    """What cannot be read stops the stage with the file's name."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BadInput, match=rf"{name} cannot be read"):
        found_by(UrlList(path=str(tmp_path / name)), ask_for())


def _parquet_bytes(values: Sequence[bytes]) -> pa.Array:
    """A column that says it is text, whatever its bytes are."""
    ends = [0, *itertools.accumulate(len(value) for value in values)]
    offsets = pa.array(ends, pa.int32()).buffers()[1]
    return pa.Array.from_buffers(pa.string(), len(values), [None, offsets, pa.py_buffer(b"".join(values))])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("list.csv", b"https://example.org/1.jpg,granny smith,one,too many"),
        ("list.csv", b"too few"),
        ("list.csv", b"https://example.org/1.jpg,granny smith caf\xe9,1"),
        ("list.csv", b"https://example.org/1.jpg,granny smith," + b"x" * 1_200_000),
        ("list.csv", b'https://example.org/1.jpg,granny smith,"' + b"x\n" * 600_000 + b'"'),
        ("list.csv", b'https://example.org/1.jpg,"granny smith" apple,1'),
        ("list.tsv", b'https://example.org/1.jpg\t"granny smith\t1'),
        ("list.tsv", b'https://example.org/1.jpg\tgranny smith\t"'),
        ("list.parquet", b"granny smith \xff\xfe"),
    ],
)
def test_an_odd_row_spoils_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, data: bytes) -> None:
    """The rows before and behind it are read, and a line in the log names the file and how many were not."""
    path = tmp_path / name
    if path.suffix == ".parquet":
        table = {"url": ["https://example.org/0.jpg", "x", "https://example.org/2.jpg"]}
        captions = _parquet_bytes([b"granny smith", data, b"granny smith"])
        pyarrow.parquet.write_table(pa.table({**table, "caption": captions}), path)
    else:
        good = b"https://example.org/%d.jpg,granny smith,5".replace(b",", b"," if name.endswith("csv") else b"\t")
        header = good.replace(b"https://example.org/%d.jpg", b"url").replace(b"granny smith", b"caption")
        path.write_bytes(b"\r\n".join([header, good % 0, data, good % 2, b""]))
    found = found_by(UrlList(path=str(path)), ask_for())
    assert [(one.rank, one.url[-5]) for one in found] == [(0, "0"), (1, "2")]
    [line] = [record.getMessage() for record in caplog.records if "left out" in record.getMessage()]
    assert str(path) in line
    if len(data) < 1_000_000:
        assert ": 1 rows" in line


def test_bytes_outside_the_columns_do_not_matter(tmp_path: Path) -> None:
    """A column that nobody asked for may hold anything."""
    path = tmp_path / "list.csv"
    path.write_bytes(b"\xef\xbb\xbfurl,caption,odd\nhttps://example.org/1.jpg,granny smith,caf\xe9\n")
    assert len(found_by(UrlList(path=str(path)), ask_for())) == 1


@given(
    st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=8), min_size=2, max_size=2), max_size=6),
    st.sampled_from([",", "\t"]),
)
def test_what_was_written_is_read(rows: list[list[str]], delimiter: str) -> None:
    """Whatever quotes, breaks and delimiters its cells hold."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        with path.open("w", encoding="utf-8", newline="") as file:
            stdlib_csv.writer(file, delimiter=delimiter).writerows(rows)
        assert list(rows_of(path, delimiter)) == rows


def test_one_pass_serves_many_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each ask gets what it would get alone, in their order, and the file is opened no oftener than for one."""
    rows = [row(number, caption) for number, caption in enumerate(["granny smith", "braeburn", "smith braeburn"] * 20)]
    source = written(tmp_path, csv, rows)
    asks = [
        ask_for(query, limit=limit, skip=skip)
        for query, limit, skip in itertools.product(["granny smith", "braeburn", "smith", "pear"], [3, 100], [0, 7])
    ]
    alone = [replies_of(source, ask) for ask in asks]
    passes: list[Path] = []

    def counted(file: Path, columns: Sequence[str]) -> Iterator[Read]:
        passes.append(file)
        return tables_of(file, columns)

    monkeypatch.setattr(list_files, "tables_of", counted)
    assert replies_of(source, *asks) == [reply for [reply] in alone]
    assert len(passes) == 1


@every
def test_it_says_whether_more_rows_follow(tmp_path: Path, write: Write) -> None:
    """So that a query ends with the list, and not with rows that have no address."""
    source = written(tmp_path, write, [row(0, url=""), row(1), row(2)])
    told = [
        (len(reply.offers), reply.more)
        for skip in range(4)
        for reply in replies_of(source, ask_for(limit=1, skip=skip))
    ]
    assert told == [(0, True), (1, True), (1, False), (0, False)]


@every
def test_what_is_missing_is_found_before_the_search(tmp_path: Path, write: Write) -> None:
    """A check reads no row."""
    written(tmp_path, write, [row(0)]).check()
    with pytest.raises(BadInput, match="has no column who"):
        written(tmp_path, write, [row(0)], creator_column="who").check()
    with pytest.raises(BadInput, match="there is no such list"):
        UrlList(path=str(tmp_path / "no.csv")).check()


def test_a_list_that_can_answer_nothing_is_refused() -> None:
    """Without a caption and a category no row is anybody's."""
    with pytest.raises(ValidationError, match="give one of them"):
        UrlList(path="x.csv", caption_column=None)
    UrlList(path="x.csv", caption_column=None, category_column="kind")


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
