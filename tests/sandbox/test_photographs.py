import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sandbox.errors import BadCorpus
from sandbox.ledger import Failure, Kind
from sandbox.names import spoken
from sandbox.photographs import Photographs, load_photographs
from sandbox.supply import draw_supplies
from storage.records import Split
from tasks.targets.config import TargetsConfig
from tasks.targets.long_tail import LongTail
from tasks.targets.read import read_targets

GROCERY = Path(__file__).resolve().parents[3] / "shared" / "data" / "grocery"
needs_grocery = pytest.mark.skipif(not GROCERY.is_dir(), reason="the Grocery Store Dataset is not at ../shared/data")


def _keys(corpus: Photographs, split: Split) -> set[str]:
    return {original.key for original in corpus.pools.targets[split]}


def _pipeline_keys(folder: Path, seed: int, cache: Path) -> dict[Split, set[str]]:
    """What the product trains, validates and tests on."""
    groups = json.loads((folder / "split.json").read_text())["groups"].values()
    config = TargetsConfig(
        root=str(folder),
        train="train.txt",
        val="val.txt",
        test="test.txt",
        class_names="classes.csv",
        classes=tuple(name for group in groups for name in group["targets"]),
        long_tail=LongTail(seed=seed),
    )
    pictures = read_targets(config, str(cache)).pictures
    return {split: {picture.key for picture in pictures if picture.split is split} for split in Split}


@pytest.mark.parametrize("seed", [0, 3])
def test_the_web_and_the_pipeline_draw_the_same_long_tail(folder: Path, tmp_path: Path, seed: int) -> None:
    """What the web calls target pictures is what the product trains, validates and tests on."""
    corpus = load_photographs(folder, folder / "split.json", seed)
    theirs = _pipeline_keys(folder, seed, tmp_path / "digests.parquet")
    assert {split: _keys(corpus, split) for split in Split} == theirs


def test_the_tail_has_the_taxonomys_own_counts(corpus: Photographs) -> None:
    """The class at place r of the permuted targets keeps max(2, int(40 * 20 ** (-r / (N - 1))))."""
    targets = corpus.taxonomy.targets
    kept = Counter(original.name for original in corpus.pools.targets[Split.TRAIN])
    for r, label in enumerate(np.random.default_rng(0).permutation(len(targets))):
        assert kept[targets[label]] == min(20, max(2, int(40 * 20 ** (-r / (len(targets) - 1)))))


def test_no_picture_that_the_pipeline_uses_is_off_topic(corpus: Photographs) -> None:
    """Tail, validation (with the spare ones) and test are never served as they are."""
    served = {original.key for original in corpus.pools.off_topic}
    served |= {original.key for good in corpus.pools.good.values() for original in good}
    used = _keys(corpus, Split.TRAIN) | _keys(corpus, Split.VAL) | _keys(corpus, Split.TEST)
    assert not served & used


def test_off_topic_comes_from_strangers_and_from_what_the_tail_leaves_out(corpus: Photographs) -> None:
    """Off-topic classes in all splits, target classes in train alone, neighbors never."""
    by_split = {(o.name in corpus.taxonomy.off_topic, o.key.split("/")[0]) for o in corpus.pools.off_topic}
    assert by_split == {(True, "train"), (True, "val"), (True, "test"), (False, "train")}
    assert not {o.name for o in corpus.pools.off_topic} & set(corpus.taxonomy.neighbors)


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    """The message says which file is not there."""
    with pytest.raises(BadCorpus, match=r"classes\.csv"):
        load_photographs(tmp_path, tmp_path / "split.json", 0)


def test_a_class_that_does_not_exist_is_named(folder: Path, tmp_path: Path) -> None:
    """A taxonomy cannot name what the data set lacks."""
    split = {"groups": {"kite": {"targets": ["Amber-Kite"], "neighbors": ["Purple-Kite"]}}, "off_topic": []}
    (tmp_path / "split.json").write_text(json.dumps(split))
    with pytest.raises(BadCorpus, match="purple kite"):
        load_photographs(folder, tmp_path / "split.json", 0)


@needs_grocery
@pytest.mark.parametrize("seed", range(5))
def test_grocery_is_served_as_the_yardstick_says(seed: int) -> None:
    """1,108 good photographs of 34 classes, and the other kinds in their shares."""
    corpus = load_photographs(GROCERY, GROCERY / "split.json", seed)
    supplies = draw_supplies(corpus.pools, seed)
    kinds = Counter(supply.kind for supply in supplies)
    assert len(corpus.pools.good) == 34
    assert len(corpus.taxonomy.targets) == 41
    assert kinds == {
        Kind.GOOD: 1108,
        Kind.OFF_TOPIC: 440,
        Kind.COPY_OF_GOOD: 335,
        Kind.COPY_OF_TARGET: 170,
        Kind.FAILING: 114,
    }
    assert Counter(s.split for s in supplies if s.split) == {Split.TRAIN: 57, Split.VAL: 57, Split.TEST: 56}
    assert Counter(s.failure for s in supplies if s.failure) == dict(zip(Failure, (29, 29, 28, 28), strict=True))


@needs_grocery
def test_grocery_pictures_are_the_files_themselves() -> None:
    """A good picture is served as it lies in the folder, under its spoken name."""
    corpus = load_photographs(GROCERY, GROCERY / "split.json", 0)
    original = corpus.pools.good[spoken("Granny-Smith")][0]
    assert corpus.picture(original.key) == (GROCERY / original.key).read_bytes()
