"""Kept pictures into tars: which sample goes where, and what it says of itself."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.records import Auxiliary, Crawled, Decision, Neighbor, ShardEntry
from storage.shards import Sample, pack
from storage.tables import concat, from_table, schema_of
from tasks.shard.config import ShardConfig
from vision.resize import resize


@dataclass(frozen=True, slots=True)
class Kept:
    """One picture to pack: what was decided of it, where it came from, and its class."""

    decision: Decision
    source: Crawled
    auxiliary: Auxiliary


def kept_of(verdicts: Iterable[pa.Table]) -> pa.Table:
    """Of tables of Decision rows what is kept, in key order: keys are digests, so each shard mixes the classes."""
    kept = concat([table.filter(table["reason"].is_null()) for table in verdicts], schema_of(Decision))
    return kept.sort_by([("key", "ascending"), ("neighbor", "ascending")])


def auxiliary_classes(neighbors: Sequence[Neighbor], kept: pa.Table) -> list[Auxiliary]:
    """The neighbor categories that kept at least one picture, numbered by name from 0."""
    counts = {each["values"]: each["counts"] for each in kept["neighbor"].value_counts().to_pylist()}
    held = sorted((n for n in neighbors if n.reason is None and n.name in counts), key=lambda n: n.name)
    return [Auxiliary(index, n.name, n.parents, counts[n.name]) for index, n in enumerate(held)]


def _sources(crawled: Iterable[pa.Table], digests: pa.ChunkedArray) -> dict[tuple[str, str], Crawled]:
    """The Crawled rows of these pictures by key and category: one URL may be found for two categories."""
    wanted = digests.combine_chunks()
    found = (table.filter(pc.is_in(table["digest"], value_set=wanted)) for table in crawled)
    return {(row.key, row.neighbor): row for table in found for row in from_table(table, Crawled)}


def plan(
    neighbors: Sequence[Neighbor], crawled: Iterable[pa.Table], kept: pa.Table, config: ShardConfig,
    index: int = 0, count: int = 1,
) -> dict[int, list[Kept]]:  # fmt: skip
    """The pictures of every shard by its number, of those that fall to one of `count` partitions.

    `kept` are the verdicts that `kept_of` gives; only the partition's own become rows.
    """
    classes = {auxiliary.name: auxiliary for auxiliary in auxiliary_classes(neighbors, kept)}
    numbers = np.arange(len(kept)) // config.per_shard
    ours = kept.filter(pa.array(numbers % count == index))
    sources, shards = _sources(crawled, ours["digest"]), dict[int, list[Kept]]()
    for number, row in zip(numbers[numbers % count == index].tolist(), from_table(ours, Decision), strict=True):
        item = Kept(row, sources[row.key, row.neighbor], classes[row.neighbor])
        shards.setdefault(number, []).append(item)
    return shards


def _about(item: Kept) -> dict[str, str]:
    source, decision = item.source, item.decision
    return {
        "neighbor": decision.neighbor,
        "parents": ",".join(map(str, item.auxiliary.parents)),
        "sha256": decision.digest,
        "similarity": f"{decision.similarity:.4f}",
        "query": source.query,
        "url": source.url,
        "landing_url": source.landing_url,
        "title": source.title,
        "creator": source.creator,
        "license": source.license,
        "license_url": source.license_url,
        "source": source.source,
    }


def pack_shard(
    shard: str, items: Sequence[Kept], read_picture: Callable[[str], bytes], config: ShardConfig
) -> tuple[bytes, list[ShardEntry]]:
    """The tar of one shard, and where each of its pictures lies."""
    samples = []
    for item in items:
        data, extension = resize(read_picture(item.decision.digest), config.size)
        samples.append(Sample(item.decision.key, extension, data, item.auxiliary.index, _about(item)))
    packed = pack(samples)
    by_key = {item.decision.key: item.decision for item in items}
    return packed.tar, [
        ShardEntry(key, by_key[key].digest, by_key[key].neighbor, offset, size, shard)
        for key, (offset, size) in packed.places.items()
    ]
