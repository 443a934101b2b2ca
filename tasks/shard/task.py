"""What Prefect sees of the shard stage: one partition a run of tars, and one that describes all of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from storage.manifest import File, Part, StageFolder, read_rows, tables_of
from storage.pictures import PictureStore
from storage.records import Auxiliary, Crawled, Decision, Neighbor, ShardEntry, StageRef
from tasks.partition import Outcome, part_index, partition
from tasks.shard.card.facts import gather
from tasks.shard.card.write import write_card
from tasks.shard.config import ShardConfig
from tasks.shard.pack import auxiliary_classes, kept_of, pack_shard, plan

VERSION = 4


@partition("shard")
def pack_shards(
    folder: StageFolder, part: str, config: ShardConfig, neighbors: StageRef, crawl: StageRef, select: StageRef
) -> Outcome:
    """Write every shard of one partition, and the index of their pictures."""
    names, kept = read_rows(neighbors, Neighbor), kept_of(tables_of(select, Decision.__name__))
    index, count = part_index(part)
    shards = plan(names, tables_of(crawl, Crawled.__name__), kept, config, index, count)
    read_picture = PictureStore(folder.root).reader(item.decision.digest for items in shards.values() for item in items)
    files, entries = list[File](), list[ShardEntry]()
    for number, items in shards.items():
        name = f"shard-{number:06d}.tar"
        tar, placed = pack_shard(f"{folder.attempt}/{name}", items, read_picture, config)
        files.append(folder.write_file(name, "shard", tar))
        entries += placed
    files.append(folder.write_rows(part, entries, ShardEntry))
    if index == 0:
        files.append(folder.write_rows(part, auxiliary_classes(names, kept), Auxiliary))
    return files, Counter(kept=len(entries), shards=len(shards))


@partition("card")
def describe(
    folder: StageFolder, part: str, recipe: str, note: str, config: ShardConfig, done: Sequence[Part],  # noqa: ARG001  # as of all
    neighbors: StageRef, crawl: StageRef, select: StageRef, targets: StageRef | None,
) -> Outcome:  # fmt: skip
    """Write the data set's card, its attribution, its classes and its croissant.json, once all shards are whole."""
    today = datetime.now(UTC).date().isoformat()
    facts = gather(folder, recipe, note, config, done, neighbors, crawl, select, targets, today)
    return write_card(folder, facts), Counter(attributed=facts.pictures)
