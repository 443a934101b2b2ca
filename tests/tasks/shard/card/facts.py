"""A small data set's facts, with texts of the test's own in every place that strangers write."""

from collections.abc import Sequence

from storage.records import Auxiliary, Crawled, ShardEntry, Stage, StageRef, url_key
from storage.tables import to_table
from tasks.shard.card.facts import Came, Facts, Sieved, Tar
from tasks.shard.card.survey import Survey, survey
from tasks.shard.config import ShardConfig

NAME = "lime"


def crawled(number: int, text: str = "a title", license_id: str = "by") -> Crawled:
    """One fetched picture, all of whose texts are this one."""
    return Crawled(
        f"http://h/{number}", NAME, "q", number, text, text, text, license_id, text, text,
        f"digest {number}", None, "", 1, 9, 9,
    )  # fmt: skip


def packed(rows: Sequence[Crawled]) -> list[ShardEntry]:
    """The index of shards that hold all of them."""
    return [ShardEntry(row.key, row.digest or "", row.neighbor, 0, 1, "aa/shard-000000.tar") for row in rows]


def surveyed(rows: Sequence[Crawled]) -> Survey:
    """What is counted of pictures that were all packed, beside one that was not."""
    other = crawled(10**6, "never packed")
    assert url_key(other.url) not in {row.key for row in rows}
    return survey(packed(rows), [to_table([*rows, other], Crawled)], {NAME: 0})


def facts(text: str = "text", rows: Sequence[Crawled] = (), tars: Sequence[str] = ("aa/shard-000000.tar",)) -> Facts:
    """A data set of these pictures, by default of one, whose names are all `text`."""
    held = list(rows) or [crawled(1, text)]
    ref = StageRef(Stage.CRAWL, "key", "content", "/root/crawl/key", len(held))
    return Facts(
        "demo", text, ShardConfig(), tuple(Tar(name, "0" * 64, 9) for name in tars),
        (Auxiliary(0, text, (3, 4), len(held)),), {3: text}, surveyed(held), (Sieved("judged", 1, (("leak", 2),)),),
        {"leak_guard": True, "scores": {text: 0.5}}, (Came("least similarity", 0.1, 0.2),), (ref,), {"targets": "c"},
        "2030-01-02",
    )  # fmt: skip
