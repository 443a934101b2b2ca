"""What a crawl has lost: no part of its content, and fetched again where a later try may bring it."""

from collections import Counter
from pathlib import Path

import pytest

from storage.errors import TooMuchLost
from storage.manifest import Part, StageFolder, open_stage
from storage.records import Candidate, Crawled, FetchReason, Stage
from tasks.crawl.losses import check_fetched, done_again, may_come
from tasks.crawl.plan import fetched, rejected
from tasks.crawl.sources.pool_files import gone
from tests.tasks.crawl.world import offer, recipe

LOST = offer("http://a.example/2")
KEPT = fetched(offer("http://a.example/1"), "d" * 64, 1000, 96, 96)


def _sealed(folder: StageFolder, name: str, *rows: Crawled) -> Part:
    return folder.seal_part(name, [folder.write_rows(name, rows, Crawled)], Counter(), 0)


def _content(root: Path, day: str, *rows: Crawled) -> str:
    folder = open_stage(str(root), Stage.CRAWL, 1, {"as_of": day})
    return folder.seal([_sealed(folder, "close", *rows)], 1, 0).content


def test_how_a_url_failed_is_no_part_of_the_content(tmp_path: Path) -> None:
    """Whether it brought a picture is: a web that fails in another way makes nothing run again, a new picture does."""
    first = _content(tmp_path, "1", KEPT, rejected(LOST, FetchReason.TIMEOUT, "not whole in 30 s"))
    second = _content(tmp_path, "2", KEPT, rejected(LOST, FetchReason.CONNECTION, "no such name"))
    third = _content(tmp_path, "3", KEPT, fetched(LOST, "e" * 64, 1000, 96, 96))
    assert first == second
    assert second != third


@pytest.mark.parametrize(
    ("reason", "detail", "passing"),
    [
        (FetchReason.CONNECTION, "no such name", True),
        (FetchReason.TIMEOUT, "", True),
        (FetchReason.THROTTLED, "503", True),
        (FetchReason.BAD_STATUS, "502", True),
        (FetchReason.BAD_STATUS, "404", False),
        (FetchReason.BAD_STATUS, gone().detail, True),
        (FetchReason.ROBOTS, "robots.txt answers 500", True),
        (FetchReason.ROBOTS, "robots.txt", False),
        (FetchReason.TOO_SMALL, "9x9", False),
    ],
)
def test_which_losses_may_come_another_time(reason: FetchReason, detail: str, passing: bool) -> None:
    """What a host says of one picture stands; what an outage says does not."""
    assert may_come(rejected(LOST, reason, detail)) is passing
    assert not may_come(KEPT)


def test_what_was_chosen_by_lost_urls_is_done_again_and_nothing_else() -> None:
    """Sources may have dashes and numbers in their names; the latest comes first."""
    before = ["search-0-wiki-2-00-of-02", "plan-0", "fetch-0-0-00-of-02", "fetch-0-0-01-of-02", "fetch-0-1-00-of-02"]
    after = ["fetch-0-2-00-of-02", "search-1-wiki-2-00-of-02", "plan-1", "fetch-1-0-00-of-02", "close"]
    lossy = {"fetch-0-1-01-of-02", "fetch-1-0-00-of-02"}
    again = done_again(lossy, [*before, "fetch-0-1-01-of-02", *after])
    assert sorted(again) == sorted(["fetch-0-1-01-of-02", *after])
    assert (again[0], again[-1]) == ("close", "fetch-0-1-01-of-02")
    assert done_again((), before) == []


def _checked(folder: StageFolder, *parts: Part) -> str:
    with pytest.raises(TooMuchLost) as caught:
        check_fetched(folder, parts, recipe(max_lost=0.1))
    return caught.value.mend


def test_too_much_lost_leaves_a_crawl_that_can_be_tried_again(tmp_path: Path) -> None:
    """Partitions that lost what may come are whole no longer; those that lost nothing so stay."""
    folder = open_stage(str(tmp_path), Stage.CRAWL, 1, {})
    searched = folder.seal_part("search-0-web-00-of-01", [folder.write_rows("s", [LOST], Candidate)], Counter(), 0)
    good = _sealed(folder, "fetch-0-0-00-of-02", KEPT, rejected(LOST, FetchReason.BAD_STATUS, "404"))
    bad = _sealed(folder, "fetch-0-0-01-of-02", rejected(LOST, FetchReason.TIMEOUT))
    assert "run again with the same command" in _checked(folder, good, bad)
    assert [folder.sealed_part(part.name) for part in (searched, good, bad)] == [searched, good, None]


def test_losses_that_stand_are_not_promised_to_come(tmp_path: Path) -> None:
    """To run again would bring the same, so the mend is another one, and everything stays whole."""
    folder = open_stage(str(tmp_path), Stage.CRAWL, 1, {})
    part = _sealed(folder, "fetch-0-0-00-of-01", rejected(LOST, FetchReason.TOO_SMALL, "9x9"))
    mend = _checked(folder, part)
    assert "again" not in mend
    assert "crawl.max_lost (0.1)" in mend
    assert folder.sealed_part(part.name) == part
