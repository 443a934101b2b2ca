"""What a class's row says beside its counts: name, aliases, definition and taxonomy."""

from pathlib import Path

import pytest

from storage import tables
from storage.records import TargetClass
from tasks.targets.config import TargetsConfig
from tasks.targets.read import Targets, read_targets


def _read(config: TargetsConfig) -> Targets:
    return read_targets(config, f"{config.root}/cache/digests.parquet")


@pytest.fixture
def folder(tmp_path: Path) -> TargetsConfig:
    """Two classes in folders, one picture each."""
    for name in ("train/Lime/a.jpg", "train/Pink_Lady/b.jpg"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(name.encode())
    return TargetsConfig(root=str(tmp_path))


@pytest.fixture
def lists(tmp_path: Path) -> TargetsConfig:
    """Three classes in lists, one picture each."""
    for label in range(3):
        (tmp_path / f"{label}.jpg").write_bytes(bytes([label]))
    (tmp_path / "train.txt").write_text("0.jpg 0\n1.jpg 1\n2.jpg 2\n")
    (tmp_path / "names.txt").write_text("Pink-Lady\nLime, limette\nSea-Lion\n")
    return TargetsConfig(root=str(tmp_path), train="train.txt", class_names="names.txt")


def test_a_class_has_more_than_its_name(lists: TargetsConfig) -> None:
    """Aliases, a definition and a taxonomy come from the class-name file, and follow their class into a subset."""
    rows = ["Pink-Lady,0", "Lime,1,,Fruit/Citrus", '"Sea-Lion, Otaria",2,A seal.,,Eared-Seal']
    (Path(lists.root) / "classes.csv").write_text("\n".join(["name,label,definition,path,aliases", *rows]))
    config = lists.model_copy(update={"class_names": "classes.csv", "classes": ("Sea-Lion", "Lime")})
    assert _read(config).classes == (
        TargetClass(0, "sea lion", 1, 0, 0, aliases=("otaria", "eared seal"), definition="A seal."),
        TargetClass(1, "lime", 1, 0, 0, taxonomy="Fruit/Citrus"),
    )


def test_a_name_does_not_depend_on_the_classes_that_are_chosen(lists: TargetsConfig) -> None:
    """A first name that two classes of the file share names neither of them, whichever are trained on."""
    (Path(lists.root) / "names.txt").write_text("maillot\nlime, limette\nmaillot, tank suit\n")
    assert [one.name for one in _read(lists).classes] == ["maillot", "lime", "maillot, tank suit"]
    chosen = _read(lists.model_copy(update={"classes": ("maillot, tank suit",)}))
    assert [(one.name, one.aliases) for one in chosen.classes] == [("maillot, tank suit", ("tank suit",))]


def test_a_csv_beside_folders_describes_them(folder: TargetsConfig) -> None:
    """Folders without a row have none of it, and pictures and labels are as without the file."""
    (Path(folder.root) / "about.csv").write_text("name,definition,taxonomy\nPink_Lady,A red apple.,fruit > apple\n")
    told = _read(folder.model_copy(update={"class_names": "about.csv"}))
    assert told.classes == (
        TargetClass(0, "lime", 1, 0, 0),
        TargetClass(1, "pink lady", 1, 0, 0, definition="A red apple.", taxonomy="fruit > apple"),
    )
    assert told.pictures == _read(folder).pictures


def test_a_folder_with_commas_has_aliases_and_is_chosen_by_its_first_name(folder: TargetsConfig) -> None:
    """As in a file of names."""
    (Path(folder.root) / "train/Lime").rename(Path(folder.root) / "train/Lime, Limette")
    data = _read(folder.model_copy(update={"classes": ("Lime",)}))
    assert data.classes == (TargetClass(0, "lime", 1, 0, 0, aliases=("limette",)),)


def test_what_is_said_of_a_class_is_in_the_digest(folder: TargetsConfig) -> None:
    """Another definition is another data set; its file's name is not."""
    digests = []
    for name, definition in (("a.csv", "A fruit."), ("b.csv", "A fruit."), ("c.csv", "A green fruit.")):
        (Path(folder.root) / name).write_text(f"name,definition\nLime,{definition}\n")
        digests.append(_read(folder.model_copy(update={"class_names": name})).digest)
    assert digests[0] == digests[1]
    assert digests[2] not in {digests[0], _read(folder).digest}


def test_classes_come_back_from_their_table(lists: TargetsConfig) -> None:
    """Every field of a class survives Parquet, tuples included."""
    classes = list(_read(lists).classes)
    uri = f"{lists.root}/cache/classes.parquet"
    tables.write_table(uri, tables.to_table(classes, TargetClass))
    assert tables.from_table(tables.read_table(uri), TargetClass) == classes
