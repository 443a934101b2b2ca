"""Kept pictures land in shards exactly once, at the asked size, and the same each time."""

import io
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from storage.records import Crawled, Decision, DropReason, Neighbor, Relation
from storage.shards import unpack
from storage.tables import to_table
from tasks.shard.config import ShardConfig
from tasks.shard.pack import Kept, auxiliary_classes, kept_of, pack_shard, plan
from tests.vision.scenes import encoded, scene
from vision.resize import resize

NAMES = ("lime", "grapefruit", "pomelo")
NEIGHBORS = [Neighbor(name, (at,), Relation.SIBLING, (name,), "", None, "", "m", "p") for at, name in enumerate(NAMES)]
REASONS = st.none() | st.sampled_from(DropReason)


def _crawled(number: int, name: str) -> Crawled:
    return Crawled(
        f"http://h/{number}", name, name, number, "openverse", f"title {number}", "Ada", "by", "", "http://h/page",
        f"digest {number}", None, "", 1, 96, 96,
    )  # fmt: skip


def _decided(row: Crawled, reason: DropReason | None) -> Decision:
    return Decision(row.key, row.neighbor, row.digest or "", reason, 0.5, "", 0.0, "")


def _planned(
    crawled: Sequence[Crawled], decisions: Sequence[Decision], config: ShardConfig, index: int = 0, count: int = 1
) -> dict[int, list[Kept]]:
    """The shards of one partition, of tables in two parts each."""
    kept = kept_of([to_table(decisions[::2], Decision), to_table(decisions[1::2], Decision)])
    return plan(NEIGHBORS, [to_table(half, Crawled) for half in (crawled[:3], crawled[3:])], kept, config, index, count)


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), REASONS), max_size=30),
    st.integers(1, 7),
    st.integers(1, 4),
    st.randoms(),
)
@settings(max_examples=50, deadline=None)
def test_every_kept_picture_is_in_one_shard(
    given_rows: list[tuple[str, DropReason | None]], per_shard: int, count: int, chance: random.Random
) -> None:
    """Kept = packed, in shards of the asked size, whatever the order of decisions and the number of partitions."""
    crawled = [_crawled(number, name) for number, (name, _) in enumerate(given_rows)]
    decisions = [_decided(row, reason) for row, (_, reason) in zip(crawled, given_rows, strict=True)]
    config = ShardConfig(per_shard=per_shard)
    shards = _planned(crawled, decisions, config)
    packed = [item.decision.key for shard in shards.values() for item in shard]
    assert packed == sorted(row.key for row in decisions if row.reason is None)
    assert all(len(shards[number]) == per_shard for number in range(len(shards) - 1))
    mixed = chance.sample(decisions, len(decisions))
    parts = [_planned(crawled, mixed, config, index, count) for index in range(count)]
    assert {number: shard for part in parts for number, shard in part.items()} == shards
    assert all(number % count == index for index, part in enumerate(parts) for number in part)


def test_a_category_without_pictures_is_no_class() -> None:
    """A class that curation left empty has no prior, so it gets no number; a dropped name never does."""
    decisions = [_decided(_crawled(1, "pomelo"), None), _decided(_crawled(2, "lime"), DropReason.LEAK)]
    kept = kept_of([to_table(decisions, Decision)])
    assert [(c.index, c.name, c.parents, c.pictures) for c in auxiliary_classes(NEIGHBORS, kept)] == [
        (0, "pomelo", (2,), 1)
    ]


@pytest.mark.parametrize(
    ("mode", "size"),
    [("keep_ratio", (64, 32)), ("center_crop", (32, 32)), ("border", (32, 32)), ("none", (128, 64))],
)
def test_pictures_have_the_asked_size(mode: str, size: tuple[int, int]) -> None:
    """Each mode does what its description says."""
    data, extension = resize(
        encoded(scene(1, 128, 64), "JPEG"), ShardConfig.model_validate({"resize_mode": mode, "image_size": 32}).size
    )
    assert Image.open(io.BytesIO(data)).size == size
    assert extension == "jpg"


def test_a_small_picture_is_not_enlarged() -> None:
    """keep_ratio never makes up pixels."""
    data, _ = resize(encoded(scene(1, 48, 40), "PNG"), ShardConfig(image_size=256).size)
    assert Image.open(io.BytesIO(data)).size == (48, 40)


def test_a_shard_carries_license_and_lineage_and_is_found_by_offset() -> None:
    """Each sample says where it comes from, and its index entry cuts its picture out of the tar."""
    row = _crawled(3, "lime")
    items = _planned([row], [_decided(row, None)], ShardConfig())[0]
    tar, (entry,) = pack_shard("a/shard-000000.tar", items, lambda _: encoded(scene(3, 96, 96), "JPEG"), ShardConfig())
    (sample,) = unpack(tar)
    assert tar[entry.offset : entry.offset + entry.size] == sample.picture
    assert sample.about | {"license": "by", "creator": "Ada", "url": row.url, "query": "lime"} == sample.about
    again, _ = pack_shard("b/shard-000000.tar", items, lambda _: encoded(scene(3, 96, 96), "JPEG"), ShardConfig())
    assert again == tar
