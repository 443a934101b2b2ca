"""What the benchmark of the report opens, and what the browser tells of it."""

from pathlib import Path

import pytest

from benchmarks.paint import VIEWS, measured, report_of
from tests.browser.chromium import chromium


@pytest.mark.slow  # every stage of a run, and a browser
def test_every_view_of_a_generated_report_is_painted_and_its_pictures_come(tmp_path: Path) -> None:
    """A first paint comes before the first picture, and both come each time."""
    chromium()
    found = measured(report_of(tmp_path, 300), 2)
    assert {what.partition(",")[0] for what in found} == set(VIEWS)
    for view in ("pictures", "pictures?show=borderline"):
        assert all(0 < painted < shown for painted, shown in zip(found[view], found[f"{view}, a picture"], strict=True))
    assert all(len(each) == 2 for each in found.values())
