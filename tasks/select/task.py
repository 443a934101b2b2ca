"""What Prefect sees of the select stage: one partition, since copies are found across all candidates."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from storage.manifest import StageFolder, read_rows, read_table, tables_of
from storage.records import (
    Bounded,
    Cataloged,
    ClipEmbedded,
    Crawled,
    Decision,
    Named,
    Neighbor,
    Override,
    Scored,
    StageRef,
    TargetPicture,
    Unreadable,
)
from storage.tables import vectors_of
from tasks.partition import Outcome, partition
from tasks.select.config import SelectConfig
from tasks.select.decide import decide
from tasks.select.fetched import fetched
from tasks.select.leaks import of_catalog
from tasks.select.marks import NO_MARKS, Marks
from tasks.select.overrides import applied
from tasks.select.seen import Seen
from vision.rows import Rows
from vision.vectors import Vectors

VERSION = 4


def _names(ref: StageRef) -> dict[str, np.ndarray]:
    table = read_table(ref, Named.__name__)
    return {} if not table.num_rows else dict(zip(table["name"].to_pylist(), vectors_of(table), strict=True))


def _seen(ref: StageRef) -> Seen:
    vectors, names, beside = Vectors.of_stage(ref), _names(ref), read_table(ref, ClipEmbedded.__name__)
    # Where the encoder itself reads names, its vectors are not written twice.
    matrix = Rows.of(vectors_of(beside)) if beside.num_rows else vectors.rows
    scores: dict[str, dict[str, float]] = {}
    for row in read_rows(ref, Scored):
        scores.setdefault(row.digest, {})[row.scorer] = row.score
    unreadable = {row.digest: row.detail for row in read_rows(ref, Unreadable)}
    return Seen(vectors, matrix if names else None, names, scores, unreadable)


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
    earlier: Sequence[tuple[StageRef, StageRef]] = (),
    marks: Marks = NO_MARKS,
) -> Outcome:
    """Decide on every fetched candidate; `earlier` are the catalogs of data sets that are there, and their vectors."""
    found = decide(
        fetched(tables_of(crawl, Crawled.__name__)), read_rows(neighbors, Neighbor), _seen(vectors),
        read_rows(targets, TargetPicture), _seen(target_vectors), config,
        [of_catalog(read_rows(listed, Cataloged), Vectors.of_stage(embedded)) for listed, embedded in earlier],
        marks,
    )  # fmt: skip
    files = [folder.write_rows(part, found.decisions, Decision), folder.write_rows(part, found.bounds, Bounded)]
    if marks != NO_MARKS:
        files.append(folder.write_rows(part, applied(marks, found.decisions), Override))
    return files, Counter(row.reason or "kept" for row in found.decisions)
