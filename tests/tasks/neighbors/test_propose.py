"""The recipe's provider is asked, and what it reads is known by its content."""

from pathlib import Path
from typing import Any

import pytest

from storage.errors import BadInput
from storage.records import Relation, TargetClass
from tasks.neighbors.config import NeighborsConfig
from tasks.neighbors.llm.store import Store
from tasks.neighbors.propose import counts_of, propose, provider_digest

CLASSES = [TargetClass(4, "beagle", 10, 0, 1), TargetClass(7, "heron", 1, 0, 1)]


def _config(**provider: Any) -> NeighborsConfig:
    return NeighborsConfig.model_validate({"provider": provider, "allocation": {"per_class": 3, "least": 1, "most": 9}})


def test_counts_are_by_label() -> None:
    """The rarer class gets more, and all share what the recipe gives them on average."""
    counts = counts_of(CLASSES, _config(kind="random"))
    assert counts.keys() == {4, 7}
    assert counts[7] > counts[4]
    assert sum(counts.values()) == 6


@pytest.mark.parametrize("kind", ["wordnet", "random"])
def test_a_provider_of_the_dictionary_needs_one(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where auto finds none, both asking and its digest say what to install."""
    monkeypatch.setattr("tasks.neighbors.wordnet.DEBIAN", str(tmp_path))
    config = _config(kind=kind)
    with pytest.raises(BadInput, match=r"wordnet-base|WordNet") as caught:
        propose(CLASSES, config, Store(str(tmp_path)))
    assert "wordnet-base" in caught.value.mend
    with pytest.raises(BadInput):
        provider_digest(config)


def test_each_provider_is_asked_for_its_own(tiny_folder: Path, tmp_path: Path) -> None:
    """A dictionary names what stands beside, a file what it lists, chance what has nothing to do with the class."""
    names = tmp_path / "names.csv"
    names.write_text("class,name\nbeagle,basset\n")
    store = Store(str(tmp_path))
    told = propose(CLASSES, _config(kind="wordnet", dictionary=str(tiny_folder)), store)
    assert {each.model for each in told.proposals} == {"wordnet"}
    listed = propose(CLASSES, _config(kind="file", path=str(names)), store)
    assert [each.name for each in listed.proposals] == ["basset"]
    chance = propose(CLASSES, _config(kind="random", dictionary=str(tiny_folder)), store)
    assert {each.relation for each in chance.proposals} == {Relation.UNRELATED}


def test_the_digest_follows_what_a_provider_reads(tiny_folder: Path, tmp_path: Path) -> None:
    """A file's or a dictionary's content counts, and not where it lies."""
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_text("class,name\nbeagle,basset\n")
    other.write_text("class,name\nbeagle,basset\n")
    assert provider_digest(_config(kind="file", path=str(one))) == provider_digest(
        _config(kind="file", path=str(other))
    )
    other.write_text("class,name\nbeagle,boxer\n")
    assert provider_digest(_config(kind="file", path=str(one))) != provider_digest(
        _config(kind="file", path=str(other))
    )
    named = {kind: provider_digest(_config(kind=kind, dictionary=str(tiny_folder))) for kind in ("wordnet", "random")}
    assert named["wordnet"] != named["random"]
