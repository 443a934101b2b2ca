"""How soon the report of a large run is seen: each view's first paint, and the gallery's first picture.

    python -m benchmarks.paint [--quick] [--pictures N ...]

A generated run of each size (1,000 and 10,000 pictures) goes through the stages up to its report, which holds all
pictures. Chromium, started anew for each of seven rounds, opens each view from its file in a fresh context;
milliseconds are from the address on, as the browser tells them: the median and the range. Exits with 1 where a first
paint's median takes longer than two seconds, with 2 where no Chromium is installed. `--quick` opens the smaller run
three times.
"""

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.table import Table

from benchmarks.browser import FLAGS, installed
from benchmarks.scaling.stage import EMBED_TARGETS, STAGES
from benchmarks.scaling.world import recipe_of, write_deep
from benchmarks.web.missing import NOT_RUN, Missing
from flows.planning.stages import CURATION
from flows.stage import newest
from storage.manifest import read_manifest
from storage.records import Stage

VIEWS = ("overview", "neighbors", "pictures", "pictures?show=borderline", "thresholds")
GALLERY = "pictures"
MADE_OF = (Stage.TARGETS, Stage.NEIGHBORS, Stage.CRAWL, EMBED_TARGETS, Stage.EMBED, Stage.SELECT, Stage.SHARD)

ASKED_MS = 2000.0
"""Milliseconds in which a first paint must have come."""

_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"

Milliseconds = dict[str, list[float]]


def _untimed(work: Callable[[], object]) -> None:
    work()


def report_of(folder: Path, pictures: int) -> Path:
    """The page to open of a generated run's report, which holds all of so many pictures."""
    write_deep(folder, pictures)
    recipe = recipe_of(folder)
    recipe = recipe.model_copy(update={"report": recipe.report.model_copy(update={"pictures": pictures})})
    for stage in (*MADE_OF, Stage.REPORT):
        STAGES[stage](recipe, _untimed)
    written = newest(recipe, CURATION, None)
    (page,) = (file for part in read_manifest(written.uri).parts for file in part.files if file.kind == "report")
    return Path(written.uri, page.name).resolve()


def seen(browser: Browser, page: Path, view: str) -> Mapping[str, float]:
    """Milliseconds until a view's first paint, and until the gallery's first picture is decoded."""
    with browser.new_context() as context:
        opened = context.new_page()
        opened.goto(f"{page.as_uri()}#{view}")
        told = {}
        if view.startswith(GALLERY):
            opened.wait_for_function("[...document.querySelectorAll('figure img')].some(one => one.complete)")
            told[f"{view}, a picture"] = opened.evaluate("performance.now()")
        opened.wait_for_function(f"{_PAINTED.removesuffix('.startTime')} !== undefined")
        return {view: opened.evaluate(_PAINTED), **told}


def _chromium() -> str:
    if found := installed():
        return found
    raise Missing("no browser is on PATH; install Chromium (Debian: apt-get install chromium)")


def measured(page: Path, times: int) -> Milliseconds:
    """Each view's, opened so many times; the views take turns, so that a busy while harms all alike."""
    found: Milliseconds = {}
    with sync_playwright() as driver:
        for _ in range(times):
            browser = driver.chromium.launch(executable_path=_chromium(), args=FLAGS)
            for view in VIEWS:
                for what, taken in seen(browser, page, view).items():
                    found.setdefault(what, []).append(taken)
            browser.close()
    return found


def _table(found: Mapping[int, Milliseconds]) -> Table:
    table = Table(title="milliseconds: the median and the range")
    for head in ("first paint of", *(f"{pictures:,} pictures" for pictures in found)):
        table.add_column(head, justify="left" if head == "first paint of" else "right")
    for what in next(iter(found.values())):
        each = (by_what[what] for by_what in found.values())
        table.add_row(what, *(f"{median(one):,.0f} ({min(one):,.0f} to {max(one):,.0f})" for one in each))
    return table


def _run(sizes: Sequence[int], times: int) -> dict[int, Milliseconds]:
    found = {}
    _chromium()
    for pictures in sizes:
        with tempfile.TemporaryDirectory(prefix="paint-") as folder:
            found[pictures] = measured(report_of(Path(folder), pictures), times)
    return found


def main() -> None:
    """Measure, print a table, and last one JSON object."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.paint", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="1,000 pictures, three times")
    parser.add_argument("--pictures", type=int, nargs="+", help="sizes of the runs")
    given = parser.parse_args()
    logging.disable(logging.WARNING)  # the stages' own log has no place among the figures
    try:
        found = _run(given.pictures or ([1_000] if given.quick else [1_000, 10_000]), 3 if given.quick else 7)
    except Missing as missing:
        print(missing, file=sys.stderr)
        sys.exit(NOT_RUN)
    Console().print(_table(found))
    largest = {what: round(median(each)) for what, each in found[max(found)].items()}
    print(json.dumps({"pictures": max(found), "median_ms": largest, "asked_ms": ASKED_MS}))
    sys.exit(1 if any(largest[view] > ASKED_MS for view in VIEWS) else 0)


if __name__ == "__main__":
    main()
