"""The recipe with which the pipeline crawls the crowd: a data set of two classes, names from a file, a list of URLs."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from PIL import Image

from benchmarks.web.crowd import NETWORK, url_of

COLORS = ("amber", "copper", "cobalt", "ivory")
THINGS = ("kettle", "lantern", "saddle", "ribbon", "anchor", "barrel", "feather", "thimble", "bellows", "trowel")
NAMES = tuple(f"{color} {thing}" for color in COLORS for thing in THINGS)
CLASSES = ("tin box", "tin can")
CROWD = "crowd"
"""The recipe's name."""

SPLITS = ("train", "val", "test")


def _write_targets(root: Path) -> None:
    for folder in (root / split / name for split in SPLITS for name in CLASSES):
        folder.mkdir(parents=True)
        Image.new("RGB", (64, 64), "gray").save(folder / "1.png")


def _write_names(path: Path) -> None:
    lines = [f"{CLASSES[number % len(CLASSES)]},{name}" for number, name in enumerate(NAMES)]
    path.write_text("\n".join(["class,name", *lines, ""]))


def _write_urls(path: Path, port: int, count: int) -> None:
    urls = [url_of(number, port) for number in range(count)]
    categories = [NAMES[number // len(NAMES) % len(NAMES)] for number in range(count)]
    pq.write_table(pa.table({"url": urls, "category": categories}), path)


def _crawl(urls: Path, count: int) -> dict[str, object]:
    source = {"kind": "url_list", "path": str(urls), "license": "cc0"}
    columns = {"category_column": "category", "caption_column": "category"}
    return {
        "contact": "mailto:benchmark@example.org", "allow_networks": [NETWORK], "sources": [{**source, **columns}],
        "per_category": count, "pace": {"retry_seconds": 0.2},
    }  # fmt: skip


def write_recipe(work: Path, port: int, count: int) -> Path:
    """Write all that the pipeline needs to crawl so many URLs of the crowd at this port; the recipe's path."""
    _write_targets(work / "data")
    _write_names(work / "names.csv")
    _write_urls(work / "urls.parquet", port, count)
    recipe = {
        "name": CROWD,
        "targets": {"root": str(work / "data")},
        "neighbors": {"provider": {"kind": "file", "path": str(work / "names.csv")}},
        "crawl": _crawl(work / "urls.parquet", count),
        "embed": {"encoder": {"kind": "timm", "name": "test_resnet"}},
    }
    path = work / f"{CROWD}.yaml"
    path.write_text(yaml.safe_dump(recipe))
    return path
