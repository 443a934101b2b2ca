"""A file of marks says what it says in any order, and a bad one is refused by what is wrong with it."""

import json
from pathlib import Path
from typing import Any

import pytest

from storage.errors import BadInput
from tasks.select.marks import NO_MARKS, Marks, read_marks, require_known
from tests.tasks.select.world import neighbor


def _written(path: Path, **fields: Any) -> str:
    path.write_text(json.dumps({"version": 1, "run": "demo", **fields}))
    return str(path)


def test_marks_are_what_the_file_says_in_any_order(tmp_path: Path) -> None:
    """A mark made twice is one; the content knows neither order nor place, and a file without marks is as none."""
    one, two = ({"key": "ab" * 10, "neighbor": name} for name in ("lime", "pomelo"))
    first = read_marks(_written(tmp_path / "a.json", pictures=[one, two, one], neighbors=["x", "y"]), "demo")
    other = read_marks(_written(tmp_path / "b.json", neighbors=["y", "x"], pictures=[two, one]), "demo")
    assert first == other == Marks((("ab" * 10, "lime"), ("ab" * 10, "pomelo")), ("x", "y"))
    assert first.content == other.content != NO_MARKS.content
    assert read_marks(_written(tmp_path / "c.json"), "demo").content == read_marks(None, "demo").content


PICTURE = {"key": "ab" * 10, "neighbor": "lime"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"version": 2}, r"version: Input should be 1 \(given: 2\)"),
        ({"marks": []}, "marks: Extra inputs"),
        ({"pictures": [{**PICTURE, "why": "x"}]}, r"pictures\.0\.why: Extra inputs"),
        ({"pictures": [{**PICTURE, "key": "https://h/1.jpg"}]}, r"pictures\.0\.key: .*https://h/1\.jpg"),
        ({"pictures": [{"key": "ab" * 10}]}, r"pictures\.0\.neighbor: Field required"),
        ({"neighbors": "lime"}, "neighbors: Input should be a valid"),
        ({"run": "grocery"}, r"made on the report of 'grocery', and this recipe is 'demo'"),
    ],
)
def test_a_bad_file_is_refused_by_the_field(tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    """The error names the recipe's field, the file and the field in it."""
    with pytest.raises(BadInput, match=rf"select\.overrides: .*{said}"):
        read_marks(_written(tmp_path / "marks.json", **fields), "demo")


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    """Missing, a folder, not JSON, not text: each names the file."""
    torn = tmp_path / "torn.json"
    torn.write_bytes(b'{"version": 1, \xff')
    for path in (tmp_path / "nowhere.json", tmp_path, torn):
        with pytest.raises(BadInput, match=rf"select\.overrides: {path}"):
            read_marks(str(path), "demo")


def test_a_neighbor_that_nobody_proposed_is_refused() -> None:
    """A misspelt name would do nothing, so it is told; one that vetting dropped is known."""
    require_known(Marks(neighbors=("lime",)), [neighbor("lime", 0)])
    with pytest.raises(BadInput, match=r"no neighbor 'lmie'[\s\S]*field neighbors"):
        require_known(Marks(neighbors=("lime", "lmie")), [neighbor("lime", 0)])
