"""Kept pictures into tars: which sample goes where, and what it says of itself."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from storage.records import Auxiliary, Crawled, Decision, Neighbor, ShardEntry
from storage.shards import Sample, pack
from tasks.shard.config import ShardConfig
from vision.resize import resize


@dataclass(frozen=True, slots=True)
class Kept:
    """One picture to pack: what was decided of it, where it came from, and its class."""

    decision: Decision
    source: Crawled
    auxiliary: Auxiliary


def auxiliary_classes(neighbors: Sequence[Neighbor], decisions: Sequence[Decision]) -> list[Auxiliary]:
    """The neighbor categories that kept at least one picture, numbered by name from 0."""
    kept = Counter(decision.neighbor for decision in decisions if decision.reason is None)
    held = sorted((n for n in neighbors if n.reason is None and kept[n.name]), key=lambda n: n.name)
    return [Auxiliary(index, n.name, n.parents, kept[n.name]) for index, n in enumerate(held)]


def plan(
    neighbors: Sequence[Neighbor], crawled: Sequence[Crawled], decisions: Sequence[Decision], config: ShardConfig
) -> list[list[Kept]]:
    """The pictures of every shard, in key order: keys are digests, so each shard mixes the classes."""
    classes = {auxiliary.name: auxiliary for auxiliary in auxiliary_classes(neighbors, decisions)}
    sources = {(row.key, row.neighbor): row for row in crawled}  # one URL may be found for two categories
    kept = [Kept(d, sources[d.key, d.neighbor], classes[d.neighbor]) for d in decisions if d.reason is None]
    kept.sort(key=lambda item: item.decision.key)
    return [kept[start : start + config.per_shard] for start in range(0, len(kept), config.per_shard)]


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
