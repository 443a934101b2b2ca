"""The embed stage with everything but the decoding and the encoder: vectors are generated from digests."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from benchmarks.scaling.generated import COPIES, DIM, center_of, row_of, vector_of
from flows.embedding import PARTITIONS, PICTURES_A_PARTITION
from flows.keys import embed_folder
from flows.recipe import Recipe
from storage.fingerprint import bucket
from storage.latest import remember
from storage.manifest import Part, StageFolder, read_rows, read_table
from storage.records import Crawled, Neighbor, Stage, StageRef, TargetPicture
from tasks.embed.embed import Seen
from tasks.embed.sources import listed, reader
from tasks.embed.task import write_seen
from tasks.partition import part_index, part_names


def directions(pictures: StageRef, neighbors: StageRef) -> Mapping[str, np.ndarray]:
    """By digest, the direction of a picture's class: a category looks half like its parent class."""
    if pictures.stage is Stage.TARGETS:
        rows = read_rows(pictures, TargetPicture)
        centers = {label: center_of(f"class {label}") for label in {row.label for row in rows}}
        return {row.digest: centers[row.label] for row in rows}
    parents = {row.name: row.parents[0] for row in read_rows(neighbors, Neighbor)}
    own = {name: center_of(name) + center_of(f"class {label}") for name, label in parents.items()}
    own = {name: each / np.linalg.norm(each) for name, each in own.items()}
    table = read_table(pictures, Crawled.__name__)
    digests, names = table["digest"].to_pylist(), table["neighbor"].to_pylist()
    return {digest: own[name] for digest, name in zip(digests, names, strict=True) if digest}


def _seen(ours: list[str], looks: Mapping[str, np.ndarray]) -> Seen:
    like = [ours[at - 1] if at % COPIES == 1 else digest for at, digest in enumerate(ours)]
    matrix = np.empty((len(ours), DIM), np.float32)
    for at, (one, other) in enumerate(zip(ours, like, strict=True)):
        matrix[at] = vector_of(other, looks[other] if one != other else looks[one])
    rows = [row_of(one, other) for one, other in zip(ours, like, strict=True)]
    return Seen(rows, [], (matrix,))


def _part(folder: StageFolder, name: str, recipe: Recipe, given: StageRef, looks: Mapping[str, np.ndarray]) -> Part:
    index, count = part_index(name)
    ours = sorted({digest for digest, _ in listed(given) if bucket(digest, count) == index})
    read = reader(folder.root, given, ours)
    for digest in ours:
        read(digest)
    seen = _seen(ours, looks)
    files = write_seen(folder, name, seen, recipe.embed)
    return folder.seal_part(name, files, Counter(embedded=len(seen.rows)), 0.0)


def embed_generated(recipe: Recipe, given: StageRef, looks: Mapping[str, np.ndarray]) -> StageRef:
    """What the stage does with each partition in turn: list, read and check the bytes, write rows and vectors."""
    folder = embed_folder(recipe.data_root, recipe.embed, given)
    count = min(PARTITIONS, 1 + given.count // PICTURES_A_PARTITION)
    parts = [_part(folder, name, recipe, given, looks) for name in part_names("embed", count)]
    ref = folder.seal(parts, sum(part.tally["embedded"] for part in parts), 0.0)
    name = Stage.EMBED if given.stage is Stage.CRAWL else f"{Stage.EMBED}-{given.stage}"
    remember(recipe.data_root, recipe.name, name, ref)
    return ref
