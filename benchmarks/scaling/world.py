"""A run of one size as its inputs: target files, names, a list of URLs, and a store that holds what they bring."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.scaling.generated import PER_CATEGORY, name_of, picture_of, url_of
from flows.recipe import Recipe
from storage.picture_writer import PictureWriter, Roll
from storage.pictures import Origin, PictureStore

TARGETS_SHARE = 10
"""Candidates to one target picture, about as the recipes have it, where the targets are not what is measured."""

PER_CLASS = 100
"""Pictures of one target class: 60 to train on, 20 to validate and 20 to test."""

_FIRST_NEIGHBOR = 1_000_000  # number of the first name that is no target's


def class_count(pictures: int) -> int:
    """Target classes of so many pictures."""
    return max(2, pictures // PER_CLASS)


def _splits(pictures: int) -> Iterator[tuple[str, int, int]]:
    """Of each target picture its split, number and label."""
    count = class_count(pictures)
    for number in range(pictures):
        turn = number // count % 5
        yield ("val" if turn == 3 else "test" if turn == 4 else "train"), number, number % count


def write_targets(root: Path, pictures: int) -> None:
    """Files of some bytes in folders of a thousand, lists of them, and their classes' names."""
    root.mkdir(parents=True)
    lines: dict[str, list[str]] = {"train": [], "val": [], "test": []}
    for split, number, label in _splits(pictures):
        folder = f"{number // 1000:04d}"
        if number % 1000 == 0:
            (root / folder).mkdir()
        (root / folder / f"{number}.jpg").write_bytes(picture_of(10**12 + number))
        lines[split].append(f"{folder}/{number}.jpg {label}")
    for split, held in lines.items():
        (root / f"{split}.txt").write_text("\n".join(held) + "\n")
    (root / "classes.txt").write_text("\n".join(name_of(label) for label in range(class_count(pictures))) + "\n")


def write_names(path: Path, names: int, classes: int) -> None:
    """So many names, each for one class in turn."""
    rows = [f"{name_of(at % classes)},{name_of(_FIRST_NEIGHBOR + at)}" for at in range(names)]
    path.write_text("\n".join(["class,name", *rows]) + "\n")


def _categories(pictures: int) -> int:
    return max(2, pictures // PER_CATEGORY)


def write_urls(path: Path, pictures: int) -> None:
    """A list of URLs, as many of each category in turn."""
    count = _categories(pictures)
    names = [name_of(_FIRST_NEIGHBOR + at) for at in range(count)]
    columns = {"url": [url_of(at) for at in range(pictures)], "category": [names[at % count] for at in range(pictures)]}
    pq.write_table(pa.table(columns), path)


def fill_store(root: Path, pictures: int) -> None:
    """A picture for every URL, in segments as a long crawl leaves them."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with PictureWriter(PictureStore(str(root)), Roll(pictures=20_000, seconds=1e9)) as writer:
        for number in range(pictures):
            writer.add(picture_of(number), 256, 256, "JPEG", Origin(url_of(number), now, "cc0", "", "", "list", ""))
            if writer.due():
                writer.roll()


def recipe_of(folder: Path) -> Recipe:
    """The recipe of a folder's inputs; it asks no host and loads no model."""
    lists = {split: f"{split}.txt" for split in ("train", "val", "test")}
    source = {"kind": "url_list", "path": str(folder / "urls.parquet"), "license": "cc0"}
    columns = {"category_column": "category", "caption_column": "category"}
    return Recipe.model_validate({
        "name": "scale",
        "data_root": str(folder / "runs"),
        "targets": {"root": str(folder / "data"), "class_names": str(folder / "data" / "classes.txt"), **lists},
        "neighbors": {"provider": {"kind": "file", "path": str(folder / "names.csv")}},
        "crawl": {
            "contact": "mailto:benchmark@example.org", "sources": [{**source, **columns}],
            "per_category": PER_CATEGORY, "limits": {"min_side": 16},
        },
        "embed": {"encoder": {"kind": "timm", "name": "test_resnet"}},
        "shard": {"resize_mode": "none"},
    })  # fmt: skip


def write_wide(folder: Path, rows: int) -> None:
    """As many target pictures, and as many names, as there are rows."""
    write_targets(folder / "data", rows)
    write_names(folder / "names.csv", rows, class_count(rows))


def write_deep(folder: Path, rows: int) -> None:
    """As many candidates as there are rows, for targets that are fewer."""
    targets = max(200, rows // TARGETS_SHARE)
    write_targets(folder / "data", targets)
    write_names(folder / "names.csv", _categories(rows), class_count(targets))
    write_urls(folder / "urls.parquet", rows)
    fill_store(folder / "runs", rows)
