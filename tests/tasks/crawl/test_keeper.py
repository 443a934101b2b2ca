"""The one writer of a fetch partition: what cannot be written is told at once, and is not lost."""

import asyncio
from pathlib import Path

import pytest

from storage.errors import Unreachable
from storage.pictures import PictureStore
from storage.segment import Segment
from storage.takedown import TakenDown
from tasks.crawl.fetch import Fetched
from tasks.crawl.keeper import Keeper, open_keeper
from tests.tasks.crawl.world import jpeg, offer
from vision.decode import Header

AGE = 0.05


async def _keep(keeper: Keeper, number: int) -> None:
    url = f"http://pictures.example/{number}"
    await keeper.keep(offer(url), Fetched(jpeg(number), Header(96, 96, "JPEG"), "original"))


async def _until_failed(store: PictureStore) -> int:
    """Keep pictures, one after the other, until that fails; how many were accepted."""
    async with open_keeper(store, TakenDown(), "", AGE) as keeper:
        for number in range(100):
            await _keep(keeper, number)
            await asyncio.sleep(2 * AGE)
    return 100


def test_a_write_that_fails_in_between_ends_the_partition_at_its_next_picture_and_loses_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would write by age any more; what was accepted is written when the context ends."""
    write, failures = Segment.write, [Unreachable("the bucket is away", "run again")]

    def failing_once(segment: Segment, store: str) -> None:
        if failures:
            raise failures.pop()
        write(segment, store)

    monkeypatch.setattr(Segment, "write", failing_once)
    store = PictureStore(str(tmp_path))
    with pytest.raises(Unreachable, match="the bucket is away"):
        asyncio.run(asyncio.wait_for(_until_failed(store), 30))
    held = PictureStore(str(tmp_path)).find_many(f"http://pictures.example/{number}" for number in range(100))
    assert 1 <= len(held) < 100
    assert "http://pictures.example/0" in held
    assert all(
        PictureStore(str(tmp_path)).read(one.digest) == jpeg(int(one.url.rpartition("/")[2])) for one in held.values()
    )
