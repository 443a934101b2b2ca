from collections import Counter
from pathlib import Path

import pytest

from sandbox.errors import BadCorpus
from sandbox.herbarium.corpus import GOOD, HELD_OUT, TAIL, Herbarium, load_herbarium
from sandbox.herbarium.flora import draw_flora
from sandbox.ledger import Kind
from sandbox.supply import draw_supplies
from storage.records import Split
from tasks.targets.config import TargetsConfig
from tasks.targets.read import read_targets


@pytest.fixture(scope="module")
def herbarium() -> Herbarium:
    """The shipped world, its data set not drawn."""
    return Herbarium(0, draw_flora(0))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that its data set is drawn into."""
    return tmp_path_factory.mktemp("herbarium")


@pytest.fixture(scope="module")
def said(root: Path) -> list[str]:
    """What loading it said."""
    lines: list[str] = []
    load_herbarium(root, 0, lines.append)
    return lines


def test_the_web_has_the_yardsticks_shares(herbarium: Herbarium) -> None:
    """For g good pictures 0.4 g off topic, 0.3 g copies, 0.15 g leaks in thirds, and 0.1 g that fail."""
    supplies = draw_supplies(herbarium.pools, 0)
    good = 48 * GOOD
    assert Counter(supply.kind for supply in supplies) == {
        Kind.GOOD: good,
        Kind.OFF_TOPIC: 0.4 * good,
        Kind.COPY_OF_GOOD: 0.3 * good,
        Kind.COPY_OF_TARGET: 0.15 * good,
        Kind.FAILING: 0.1 * good,
    }
    assert set(Counter(supply.split for supply in supplies if supply.split).values()) == {0.05 * good}


def test_off_topic_are_objects_and_what_the_tail_leaves_out(herbarium: Herbarium) -> None:
    """Target species come under neighbors' names too, in pictures that the data set does not have."""
    supplies = [supply for supply in draw_supplies(herbarium.pools, 0) if supply.kind is Kind.OFF_TOPIC]
    names = Counter(supply.original.name in herbarium.taxonomy.targets for supply in supplies)
    assert min(names[True], names[False]) > 0.3 * len(supplies)
    held = {original.key for pool in herbarium.pools.targets.values() for original in pool}
    assert not held & {supply.original.key for supply in supplies}


def test_the_pipeline_reads_the_data_set_that_the_web_knows(
    herbarium: Herbarium, root: Path, said: list[str], tmp_path: Path
) -> None:
    """Every split holds the pool's keys, and train has a tail of `most` down to `least` pictures."""
    data = read_targets(TargetsConfig(root=str(root)), str(tmp_path / "digests.parquet"))
    for split, pool in herbarium.pools.targets.items():
        assert {one.key for one in data.pictures if one.split is split} == {original.key for original in pool}
    counts = [one.train for one in data.classes]
    assert (max(counts), min(counts)) == (TAIL.most, TAIL.least)
    assert {(one.val, one.test) for one in data.classes} == {(HELD_OUT[Split.VAL], HELD_OUT[Split.TEST])}
    assert {one.name for one in data.classes} == set(herbarium.taxonomy.targets)


def test_a_picture_on_disk_is_the_one_that_is_drawn_again(herbarium: Herbarium, root: Path, said: list[str]) -> None:
    """A leak on the web copies the very picture that the user has."""
    key = herbarium.pools.targets[Split.TEST][7].key
    assert (root / key).read_bytes() == herbarium.picture(key)


def test_what_is_there_is_not_drawn_again(herbarium: Herbarium, root: Path, said: list[str]) -> None:
    """A second start draws nothing, one after a loss only what is lost."""
    assert herbarium.write_data_set(root) == 0
    (root / herbarium.pools.targets[Split.VAL][3].key).unlink()
    assert herbarium.write_data_set(root) == 1
    assert any("1,660 pictures drawn" in line for line in said)


def test_another_folder_is_not_drawn_into(root: Path, said: list[str], tmp_path: Path) -> None:
    """Neither a user's own files nor another world's are mixed with a data set."""
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(BadCorpus, match="something else than a herbarium: give another --root"):
        load_herbarium(tmp_path, 1, lambda _: None)
    with pytest.raises(BadCorpus, match=r"holds 'herbarium 0, drawn by .*', not 'herbarium 1, "):
        load_herbarium(root, 1, lambda _: None)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The message says which, and not that a port is taken."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BadCorpus, match=r"cannot draw into .*file"):
        load_herbarium(tmp_path / "file" / "below", 0, lambda _: None)
