"""The table of a stage says what its manifest and its rows say."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from flows.showing.stage_table import ENDS, stage_rows
from storage.manifest import StageFolder, open_stage
from storage.records import Crawled, FetchReason, Spend, Stage, StageRef
from tests.tasks.report.stages import crawled

Row = TypeVar("Row")


def _sealed(folder: StageFolder, tally: Counter[str], rows: Sequence[Row], row: type[Row]) -> StageRef:
    part = folder.seal_part("all", [folder.write_rows("all", rows, row)], tally, 2.25)
    return folder.seal([part], tally["fetched"] or tally["kept"], 2.25)


def _table(ref: StageRef) -> dict[object, tuple[object, object]]:
    return {row["what"]: (row["amount"], row["share"]) for row in stage_rows(ref)}


def test_a_crawl_s_table_counts_items_shares_and_bytes(tmp_path: Path) -> None:
    """Shares are of the URLs that ended; a picture that two URLs lead to weighs once."""
    rows = [
        crawled(0, "d-green", size=4_000_000),
        crawled(1, "d-green", size=4_000_000),
        crawled(2, "d-blue", size=2_000_000),
        replace(crawled(3), digest=None, reason=FetchReason.TOO_SMALL, size=0),
    ]
    tally = Counter(fetched=3, too_small=1, offered=4, no_results=2, robots=0)
    ref = _sealed(open_stage(str(tmp_path), Stage.CRAWL, 1, None), tally, rows, Crawled)
    table = _table(ref)
    assert (table["in"], table["out"]) == ((4, ""), (3, ""))
    assert (table["fetched"], table["too small"]) == ((3, "75.0%"), (1, "25.0%"))
    assert table["no results"] == (2, ""), "names are no share of URLs"
    assert "robots" not in table, "what did not occur is no row"
    assert table["seconds of work"] == (2.2, "")
    assert table["MB of pictures"] == (6.0, "")
    written = sum(path.stat().st_size for path in tmp_path.rglob("*.parquet"))
    assert table["MB written"] == (round(written / 1e6, 3), "")


def test_what_names_cost_is_told_apart_from_what_was_paid_before(tmp_path: Path) -> None:
    """A run that finds most answers stored does not look as dear as the first."""
    rows = [Spend(0, 1, 1000, 200, 0.5), Spend(1, 2, 100, 20, 0.25), Spend(2, 1, 5000, 1000, 3.0, stored=True)]
    folder = open_stage(str(tmp_path), Stage.NEIGHBORS, 1, None)
    table = _table(_sealed(folder, Counter(kept=3, is_target=1, asked=3), rows, Spend))
    assert (table["tokens"][0], table["money"][0]) == (1320, 0.75)
    assert (table["tokens, of answers stored before"][0], table["money, of answers stored before"][0]) == (6000, 3.0)
    assert (table["kept"], table["asked"]) == ((3, "75.0%"), (3, ""))


def test_a_stage_that_asks_no_model_tells_of_no_cost(tmp_path: Path) -> None:
    """A row of zeros would be asked about."""
    folder = open_stage(str(tmp_path), Stage.NEIGHBORS, 1, None)
    assert not {"tokens", "money"} & {*_table(_sealed(folder, Counter(kept=3), [], Spend))}


@pytest.mark.parametrize("stage", ENDS)
def test_the_ways_to_end_name_no_item_twice(stage: Stage) -> None:
    """No count that overlaps with another is among those that shares are of."""
    assert not ENDS[stage] & {"offered", "asked", "proposed", "held", "names", "planned", "no_results", "redirected"}
