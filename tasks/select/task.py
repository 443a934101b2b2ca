"""What Prefect sees of the select stage: one partition, since copies are found across all candidates."""

from collections import Counter

from storage.manifest import StageFolder, read_rows, read_table
from storage.records import Crawled, Decision, Embedded, Neighbor, StageRef, TargetPicture
from storage.tables import from_table, vectors_of
from tasks.partition import Outcome, partition
from tasks.select.config import SelectConfig
from tasks.select.decide import decide
from vision.vectors import Vectors

VERSION = 2


def _vectors(ref: StageRef) -> Vectors:
    table = read_table(ref, Embedded.__name__)
    return Vectors(from_table(table, Embedded), vectors_of(table))


@partition("judge")
def judge(
    folder: StageFolder,
    part: str,
    config: SelectConfig,
    targets: StageRef,
    neighbors: StageRef,
    crawl: StageRef,
    target_vectors: StageRef,
    vectors: StageRef,
) -> Outcome:
    """Decide on every fetched candidate."""
    rows = decide(
        read_rows(crawl, Crawled), read_rows(neighbors, Neighbor), _vectors(vectors),
        read_rows(targets, TargetPicture), _vectors(target_vectors), config,
    )  # fmt: skip
    return [folder.write_rows(part, rows, Decision)], Counter(row.reason or "kept" for row in rows)
