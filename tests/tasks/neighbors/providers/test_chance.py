"""Neighbors by chance, the control."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from storage.errors import BadInput
from storage.records import Relation
from tasks.neighbors.providers.chance import ChanceNames, pool, propose
from tasks.neighbors.vetting.vet import vet
from tasks.neighbors.wordnet import WordNet
from tests.tasks.neighbors.vetting.world import kept, targets

CLASSES = targets("lemon", "orange", "kiwi")


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file of 40 names."""
    path = tmp_path_factory.mktemp("chance") / "names.txt"
    path.write_text("".join(f"thing{place:02d}\n" for place in range(40)))
    return str(path)


@given(seed=st.integers(0, 2**32), counts=st.lists(st.integers(0, 60), min_size=3, max_size=3))
def test_no_name_is_drawn_twice_for_one_class(names: str, seed: int, counts: list[int]) -> None:
    """Each class gets as many as asked for, or all that there are, and chance is what they say."""
    told = propose(CLASSES, dict(enumerate(counts)), ChanceNames(kind="random", names=names, seed=seed))
    for label, count in enumerate(counts):
        drawn = [each for each in told.proposals if each.parent == label]
        assert len({each.name for each in drawn}) == len(drawn) == min(count, 40)
        assert [each.rank for each in drawn] == list(range(len(drawn)))
    assert {each.relation for each in told.proposals} <= {Relation.UNRELATED}
    assert not told.unanswered


def test_a_draw_is_told_by_seed_and_label(names: str) -> None:
    """The same again for a class, whatever the other classes; another for another seed or label."""
    config = ChanceNames(kind="random", names=names)
    told = propose(CLASSES, {0: 5, 1: 5, 2: 5}, config).proposals
    assert propose(CLASSES, {0: 5, 1: 5, 2: 5}, config).proposals == told
    assert propose(CLASSES[1:2], {1: 5}, config).proposals == told[5:10]
    drawn = {tuple(each.name for each in told[start : start + 5]) for start in (0, 5, 10)}
    other = propose(CLASSES[:1], {0: 5}, ChanceNames(kind="random", names=names, seed=1)).proposals
    assert len(drawn | {tuple(each.name for each in other)}) == 4


def test_a_negative_seed_is_refused() -> None:
    """When the recipe is read, not by the draw."""
    with pytest.raises(ValidationError, match="seed"):
        ChanceNames(kind="random", seed=-1)


def test_a_file_is_drawn_from_line_by_line(tmp_path: Path) -> None:
    """Blank lines, spaces around, a repeat and a byte order mark are no names."""
    path = tmp_path / "names.txt"
    path.write_text("\ufeffanvil\n\n  tuba \nanvil\n", encoding="utf-8")
    assert pool(ChanceNames(kind="random", names=str(path))) == ("anvil", "tuba")


def test_a_dictionary_is_drawn_from_by_its_last_things(tiny_folder: Path) -> None:
    """What has nothing below it and can be photographed, each name once in the dictionary's order."""
    assert pool(ChanceNames(kind="random", dictionary=str(tiny_folder))) == (
        "beagle", "crane", "heron", "king snake", "mouse", "ox", "eggplant", "carrot", "burrito",
        "soft-shell turtle",
    )  # fmt: skip


def test_wordnet_has_things_enough(real: WordNet) -> None:
    """Tens of thousands, none of them twice."""
    things = pool(ChanceNames(kind="random"))
    assert len(set(things)) == len(things) > 10_000


def test_what_chance_names_is_kept_as_unrelated(names: str) -> None:
    """Vetting leaves the relation as it is, so that nothing takes a control for a neighbor."""
    told = propose(CLASSES, {0: 5, 1: 5, 2: 5}, ChanceNames(kind="random", names=names)).proposals
    rows = kept(vet(told, CLASSES))
    assert sum(len(row.parents) for row in rows) == 15
    assert {row.relation for row in rows} == {Relation.UNRELATED}


@pytest.mark.parametrize("text", ["", "\n  \n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    """There is nothing to draw from, and the message says what to give."""
    path = tmp_path / "names.txt"
    path.write_text(text)
    with pytest.raises(BadInput, match="nothing to draw") as caught:
        propose(CLASSES, {0: 1, 1: 1, 2: 1}, ChanceNames(kind="random", names=str(path)))
    assert "neighbors.provider.names" in caught.value.mend


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Missing, or no text."""
    with pytest.raises(BadInput, match=r"neighbors\.provider\.names.*nowhere"):
        pool(ChanceNames(kind="random", names=str(tmp_path / "nowhere.txt")))
    (tmp_path / "picture.txt").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(BadInput, match=r"picture\.txt"):
        pool(ChanceNames(kind="random", names=str(tmp_path / "picture.txt")))


def test_without_file_and_dictionary_there_is_nothing_to_draw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where auto finds no dictionary the message says what to install."""
    monkeypatch.setattr("tasks.neighbors.wordnet.DEBIAN", str(tmp_path))
    with pytest.raises(BadInput, match="nothing to draw") as caught:
        pool(ChanceNames(kind="random"))
    assert "wordnet-base" in caught.value.mend
