"""Validation pictures from the training list: never more than a class can spare, and never a picture twice."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from storage.errors import BadInput
from storage.records import Split
from tasks.targets.config import TargetsConfig
from tasks.targets.expected import Expected
from tasks.targets.held_out import HeldOut, hold_out
from tasks.targets.lists import Listed
from tasks.targets.long_tail import LongTail
from tasks.targets.read import read_targets

RULES = st.builds(HeldOut, share=st.floats(0.01, 0.9), keep=st.integers(1, 12), seed=st.integers(0, 3))


def _listed(per_class: list[int]) -> list[Listed]:
    train = [
        Listed(f"{label}_{n}.jpg", Split.TRAIN, label) for label, count in enumerate(per_class) for n in range(count)
    ]
    return [*train, Listed("val.jpg", Split.VAL, 0), Listed("test.jpg", Split.TEST, 0)]


@given(per_class=st.lists(st.integers(1, 60), min_size=1, max_size=5), rule=RULES)
def test_every_picture_stays_once_and_every_class_keeps_its_least(per_class: list[int], rule: HeldOut) -> None:
    """Only training pictures move, and only to validation."""
    before = _listed(per_class)
    after = hold_out(before, rule, {one.key: one.key for one in before})
    assert [(one.key, one.id) for one in after] == [(one.key, one.id) for one in before]
    moved = [(a, b) for a, b in zip(before, after, strict=True) if a.split is not b.split]
    assert all(a.split is Split.TRAIN and b.split is Split.VAL for a, b in moved)
    given_up = Counter(a.id for a, _ in moved)
    for label, count in enumerate(per_class):
        assert count - given_up[label] >= min(count, rule.keep)
        assert given_up[label] >= (count > rule.keep), "a class that can spare one gives one"
        assert given_up[label] <= max(1, round(rule.share * count))


@given(kinds=st.lists(st.integers(0, 8), min_size=1, max_size=60), rule=RULES)
def test_equal_pictures_of_a_class_stay_together(kinds: list[int], rule: HeldOut) -> None:
    """Whatever their names: what is validated on was not learned by heart; nor is more taken for it."""
    listed = _listed([len(kinds)])
    digests = {one.key: str(kind) for one, kind in zip(listed, kinds, strict=False)} | {"val.jpg": "v", "test.jpg": "t"}
    after = [one for one in hold_out(listed, rule, digests) if one.key not in ("val.jpg", "test.jpg")]
    sides = {kind: {one.split for one in after if digests[one.key] == str(kind)} for kind in kinds}
    assert all(len(splits) == 1 for splits in sides.values())
    assert sum(one.split is Split.VAL for one in after) <= rule.count(len(kinds))


def test_the_draw_follows_from_the_seed() -> None:
    """Who has the lists and the recipe has the same validation pictures."""
    listed = _listed([40, 40])
    different = {one.key: one.key for one in listed}
    drawn = [
        [one.key for one in hold_out(listed, HeldOut(share=0.2, seed=seed), different) if one.split is Split.VAL]
        for seed in (0, 0, 1)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) == 1 + 8 + 8


@pytest.fixture
def lists(tmp_path: Path) -> TargetsConfig:
    """Two classes, of 12 and 3 training pictures, with a test list alone."""
    train = [f"{label}_{n}.jpg {label}" for label, count in enumerate((12, 3)) for n in range(count)]
    for line in [*train, "test.jpg 0"]:
        (tmp_path / line.split()[0]).write_bytes(line.encode())
    (tmp_path / "train.txt").write_text("\n".join(train))
    (tmp_path / "test.txt").write_text("test.jpg 0")
    (tmp_path / "names.txt").write_text("lime\npear\n")
    return TargetsConfig(
        root=str(tmp_path), train="train.txt", test="test.txt", class_names="names.txt",
        held_out=HeldOut(share=0.25, keep=4), expect=Expected(classes=2, train=15, val=0, test=1),
    )  # fmt: skip


def test_the_data_set_has_them_in_val(lists: TargetsConfig) -> None:
    """What is expected is what is listed: the rule takes its share after that."""
    data = read_targets(lists, f"{lists.root}/digests.parquet")
    assert [(one.train, one.val, one.test) for one in data.classes] == [(9, 3, 1), (3, 0, 0)]
    assert [picture.split for picture in data.pictures] == sorted(
        (picture.split for picture in data.pictures), key=list(Split).index
    )


def test_a_list_that_was_cut_short_is_told(lists: TargetsConfig) -> None:
    """Before any picture is opened."""
    train = Path(lists.root, "train.txt")
    train.write_text("\n".join(train.read_text().splitlines()[:-1]))
    with pytest.raises(BadInput, match=r"there are 14 train pictures, and `targets\.expect\.train` is 15"):
        read_targets(lists, f"{lists.root}/digests.parquet")


def test_a_long_tail_has_its_own_word_for_it() -> None:
    """Two rules would both take validation pictures."""
    with pytest.raises(ValidationError, match=r"long_tail\.spare_to_val, not held_out"):
        TargetsConfig(root="data", held_out=HeldOut(), long_tail=LongTail())
