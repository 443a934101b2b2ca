"""The target data set as a whole: every listed picture once, every class with pictures."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from storage.errors import BadInput
from storage.fingerprint import fingerprint
from storage.records import Split
from tasks.targets.config import TargetsConfig
from tasks.targets.long_tail import LongTail
from tasks.targets.read import Targets, read_targets

GROCERY = Path(__file__).parents[4] / "shared" / "data" / "grocery"


def _lists(root: Path, train: dict[str, int], val: dict[str, int], test: dict[str, int]) -> TargetsConfig:
    for name, held in (("train", train), ("val", val), ("test", test)):
        for key in held:
            (root / key).parent.mkdir(parents=True, exist_ok=True)
            (root / key).write_bytes(key.encode())
        (root / f"{name}.txt").write_text("".join(f"{key} {label}\n" for key, label in held.items()))
    (root / "names.txt").write_text("Pink-Lady\nLime\nSea-Lion\n")
    return TargetsConfig(root=str(root), train="train.txt", val="val.txt", test="test.txt", class_names="names.txt")


def _read(config: TargetsConfig) -> Targets:
    return read_targets(config, f"{config.root}/cache/digests.parquet")


@pytest.fixture
def lists(tmp_path: Path) -> TargetsConfig:
    """Three classes in lists; the last has no val picture."""
    train = {f"train/{label}_{n}.jpg": label for label in range(3) for n in range(4)}
    return _lists(tmp_path, train, {"val/0.jpg": 0, "val/1.jpg": 1}, {"test/0.jpg": 0, "test/2.jpg": 2})


@pytest.fixture
def folder(tmp_path: Path) -> TargetsConfig:
    """Two classes in folders, with what else lies in folders."""
    for name in ("train/Lime/a.jpg", "train/Lime/b.PNG", "train/Lime/notes.txt", "train/Pink_Lady/a.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    for hidden in ("train/.thumbnails", "train/Lime/.cache", "test/Pink_Lady"):
        (tmp_path / hidden).mkdir(parents=True)
    (tmp_path / "test/Pink_Lady/c.jpg").write_bytes(b"c")
    return TargetsConfig(root=str(tmp_path))


@settings(max_examples=30, deadline=None)
@given(per_class=st.lists(st.integers(1, 12), min_size=3, max_size=3), rule=st.none() | st.builds(LongTail))
def test_every_listed_picture_once(
    tmp_path_factory: pytest.TempPathFactory, per_class: list[int], rule: LongTail | None
) -> None:
    """Without a long tail all pictures are rows; with one, rows are kept or spare ones, none twice."""
    root = tmp_path_factory.mktemp("data")
    train = {f"{label}_{n}.jpg": label for label, count in enumerate(per_class) for n in range(count)}
    config = _lists(root, train, {"val.jpg": 0}, {"test.jpg": 1}).model_copy(update={"long_tail": rule})
    data = _read(config)
    keys = [picture.key for picture in data.pictures]
    assert len(keys) == len(set(keys))
    assert set(keys) <= {*train, "val.jpg", "test.jpg"}
    assert rule is not None or len(keys) == len(train) + 2
    assert all(picture.label == train.get(picture.key, picture.label) for picture in data.pictures)
    counts = Counter((picture.label, picture.split) for picture in data.pictures)
    for one in data.classes:
        assert one.train >= 1
        assert (one.train, one.val, one.test) == tuple(counts[one.label, split] for split in Split)


def test_lists_give_classes_and_pictures(lists: TargetsConfig) -> None:
    """Names are spoken; a class without val or test pictures is allowed and counted as such."""
    data = _read(lists)
    assert [(one.label, one.name, one.train, one.val, one.test) for one in data.classes] == [
        (0, "pink lady", 4, 1, 1),
        (1, "lime", 4, 1, 0),
        (2, "sea lion", 4, 0, 1),
    ]
    assert all(Path(picture.path).read_bytes() == picture.key.encode() for picture in data.pictures)


def test_a_folder_gives_classes_and_pictures(folder: TargetsConfig) -> None:
    """Folders are classes in sorted order; hidden folders and other files are nothing."""
    data = _read(folder)
    assert [(one.name, one.train, one.val, one.test) for one in data.classes] == [
        ("lime", 2, 0, 0),
        ("pink lady", 1, 0, 1),
    ]
    assert [picture.key for picture in data.pictures][:2] == ["train/Lime/a.jpg", "train/Lime/b.PNG"]


def test_a_subset_is_renumbered_in_its_order(lists: TargetsConfig) -> None:
    """`classes` gives the labels 0..N-1, and the pictures of other classes are left out."""
    data = _read(lists.model_copy(update={"classes": ("Sea-Lion", "Pink-Lady")}))
    assert [one.name for one in data.classes] == ["sea lion", "pink lady"]
    assert {picture.label for picture in data.pictures if picture.key.startswith("train/2")} == {0}
    assert not any(picture.key.startswith("train/1") for picture in data.pictures)


def test_the_long_tail_hands_spare_pictures_to_val(lists: TargetsConfig) -> None:
    """Train is thinned to the tail, spare pictures join val, and test stays as it is."""
    rule = LongTail(most=3, imbalance=1.5, least=1, spare_to_val=1, seed=0)
    data = _read(lists.model_copy(update={"long_tail": rule}))
    assert sorted(one.train for one in data.classes) == [2, 2, 3]
    assert [one.val for one in data.classes] == [2, 2, 1]
    assert [one.test for one in data.classes] == [1, 0, 1]


def test_the_digest_is_of_content_not_of_place(lists: TargetsConfig, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same data elsewhere has the same digest; one changed byte has another."""
    moved = tmp_path_factory.mktemp("moved") / "data"
    Path(lists.root).rename(moved)
    here = lists.model_copy(update={"root": str(moved)})
    assert fingerprint(here) == fingerprint(lists)
    before = _read(here)
    (moved / "test" / "0.jpg").write_bytes(b"test/0.jpG")
    after = _read(here)
    assert before.digest != after.digest
    assert {a.key for a, b in zip(before.pictures, after.pictures, strict=True) if a.digest != b.digest} == {
        "test/0.jpg"
    }


def test_known_digests_are_not_computed_again(lists: TargetsConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second reading opens no picture, and one that changed alone is opened."""
    first = _read(lists)
    opened: list[str] = []

    def read(path: str) -> str:
        opened.append(path)
        return "new"

    monkeypatch.setattr("storage.digests._digest", read)
    assert _read(lists) == first
    assert opened == []
    (Path(lists.root) / "val" / "0.jpg").write_bytes(b"another picture")
    _read(lists)
    assert [Path(path).name for path in opened] == ["0.jpg"]


def test_a_missing_root_is_named(tmp_path: Path) -> None:
    """The error names the folder and the field."""
    with pytest.raises(BadInput, match="there is no folder") as error:
        _read(TargetsConfig(root=str(tmp_path / "gone")))
    assert "targets.root" in error.value.mend


def test_a_folder_without_train_is_refused(tmp_path: Path) -> None:
    """An image folder needs train/<class>/."""
    with pytest.raises(BadInput, match=r"there is no folder .*train"):
        _read(TargetsConfig(root=str(tmp_path)))


def test_a_test_class_without_train_folder_is_refused(folder: TargetsConfig) -> None:
    """A class that only val or test knows cannot be learned."""
    (Path(folder.root) / "test" / "Mango").mkdir()
    with pytest.raises(BadInput, match=r"Mango is a class that .*train lacks"):
        _read(folder)


def test_a_class_without_train_pictures_is_an_error(lists: TargetsConfig, folder: TargetsConfig) -> None:
    """The error names the classes, however they are given."""
    (Path(lists.root) / "train.txt").write_text("train/0_0.jpg 0\n")
    with pytest.raises(BadInput, match="2 classes have no training picture: 'Lime', 'Sea-Lion'"):
        _read(lists)
    (Path(folder.root) / "train" / "Empty").mkdir()
    with pytest.raises(BadInput, match="1 classes have no training picture: 'Empty'"):
        _read(TargetsConfig(root=folder.root))


def test_missing_pictures_are_counted_and_named(lists: TargetsConfig) -> None:
    """The first few are named, the rest are counted."""
    for n in range(4):
        for label in range(2):
            (Path(lists.root) / f"train/{label}_{n}.jpg").unlink()
    with pytest.raises(BadInput, match=r"8 listed pictures are not there: .*0_0\.jpg.* and 3 more"):
        _read(lists)


def test_a_train_picture_in_test_is_an_error(lists: TargetsConfig) -> None:
    """What is learned from cannot be judged by."""
    (Path(lists.root) / "test.txt").write_text("train/0_0.jpg 0\n")
    with pytest.raises(BadInput, match=r"'train/0_0.jpg' is in `targets.train` and in `targets.test`"):
        _read(lists)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"test": "test.txt"}, "train list"),
        ({"class_names": "classes.csv", "val": "val.txt"}, "train list"),
        ({"class_names": "names.txt"}, "CSV"),
        ({"train": "train.txt"}, "lists hold label numbers"),
    ],
)
def test_lists_come_with_names(given: dict[str, str], problem: str) -> None:
    """Half a set of lists is a faulty recipe, not an image folder, which a text file of names cannot describe."""
    with pytest.raises(ValidationError, match=problem):
        TargetsConfig.model_validate({"root": "data", **given})


@pytest.mark.skipif(not GROCERY.is_dir(), reason="the Grocery Store Dataset is not beside the repository")
def test_the_yardstick_on_grocery(tmp_path: Path) -> None:
    """The 41 targets of split.json keep the tail, and every class with spare pictures gets val ones."""
    groups = json.loads((GROCERY / "split.json").read_text())["groups"].values()
    config = TargetsConfig(
        root=str(GROCERY), train="train.txt", val="val.txt", test="test.txt", class_names="classes.csv",
        classes=tuple(name for group in groups for name in group["targets"]), long_tail=LongTail(),
    )  # fmt: skip
    data = read_targets(config, str(tmp_path / "digests.parquet"))
    assert [one.name for one in data.classes][:2] == ["golden delicious", "pink lady"]
    assert len(data.classes) == 41
    assert max(one.train for one in data.classes) <= 40
    assert min(one.train for one in data.classes) == 2
    assert all(one.test for one in data.classes)
    assert sum(one.val == 0 for one in data.classes) < 13
