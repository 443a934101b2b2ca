"""What Prefect sees of the targets stage: one partition that lists every picture."""

from collections import Counter

from storage.filesystem import join
from storage.manifest import StageFolder
from storage.records import TargetClass, TargetPicture
from tasks.partition import Outcome, partition
from tasks.targets.config import TargetsConfig
from tasks.targets.read import Targets, read_targets

VERSION = 2


def _read(config: TargetsConfig, root: str) -> Targets:
    return read_targets(config, join(root, "targets", "digests.parquet"))


def data_digest(config: TargetsConfig, root: str) -> str:
    """What the data set holds; file digests are kept under the root, by size and time of change."""
    return _read(config, root).digest


@partition("list")
def list_pictures(folder: StageFolder, part: str, config: TargetsConfig) -> Outcome:
    """Write the classes and one row a picture."""
    data = _read(config, folder.root)
    files = [
        folder.write_rows(part, data.classes, TargetClass),
        folder.write_rows(part, data.pictures, TargetPicture),
    ]
    by_split = Counter(str(picture.split) for picture in data.pictures)
    return files, Counter(pictures=len(data.pictures), classes=len(data.classes)) + by_split
