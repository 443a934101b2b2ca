"""Why a stage is not whole, told in lines that a terminal has room for."""

from pathlib import Path

import pytest

from flows.planning.differences import BEFORE, WIDTH, differences
from storage.manifest import StageFolder, open_stage, read_manifest
from storage.records import Stage


def _told(root: Path, before: dict[str, object], now: dict[str, object]) -> tuple[str, ...]:
    """What is told of a stage that was finished with one section and is looked at with another."""
    made, wanted = _folder(root, before), _folder(root, now)
    made.seal([], 0, 0.0)
    return differences(wanted, read_manifest(made.uri))


def _folder(root: Path, config: dict[str, object]) -> StageFolder:
    return open_stage(str(root), Stage.CRAWL, 1, config)


LONG = "/a/folder/of/many/levels/" * 10


@pytest.mark.parametrize(
    ("before", "now", "shown"),
    [
        (LONG + "one", LONG + "two", ("one", "two")),
        ([*range(100), 7], [*range(100), 8], ("7]", "8]")),
        (LONG, LONG + "more", ("", "more")),
        ("short", LONG, ("short", LONG[:WIDTH])),
    ],
    ids=("path", "list", "longer", "short"),
)
def test_long_values_are_compared_whole(tmp_path: Path, before: object, now: object, shown: tuple[str, str]) -> None:
    """However late they differ; what is shown of them is where they do."""
    (line,) = _told(tmp_path, {"field": before}, {"field": now})
    old, _, new = line.removeprefix("crawl.field: ").partition(" -> ")
    assert old != new
    assert old.removesuffix("...").endswith(shown[0])
    assert new.removesuffix("...").endswith(shown[1])
    assert max(len(old), len(new)) <= WIDTH + 2 * len("...")


def test_what_two_long_values_have_in_common_is_cut_away(tmp_path: Path) -> None:
    """But for a little before the difference, which says where it is."""
    (line,) = _told(tmp_path, {"field": LONG + "one"}, {"field": LONG + "two"})
    common = LONG[-BEFORE:]
    assert line == f"crawl.field: ...{common}one -> ...{common}two"


def test_what_is_new_and_what_is_gone_is_named(tmp_path: Path) -> None:
    """In the order of the section as it was."""
    assert _told(tmp_path, {"old": 1, "same": 2}, {"same": 2, "new": {"deep": 3}}) == (
        "crawl.old: 1 -> not there",
        "crawl.new.deep: not there -> 3",
    )
