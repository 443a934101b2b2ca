"""The README's pictures are taken from a report as it lies on disk."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from docs.screenshots import HEIGHT, LARGEST, WIDTH, report_page, take_report
from storage.errors import BadInput
from tests.browser.report_page import reported as reported  # the fixture
from tests.browser.report_run import Reported


@pytest.mark.slow
def test_two_views_are_taken_in_light_colors(reported: Reported, tmp_path: Path) -> None:
    """Each of the size and weight that the README bears, the one unlike the other, and neither empty."""
    take_report(reported.page, tmp_path)
    taken = {path.stem: np.asarray(Image.open(path).convert("L")) for path in tmp_path.iterdir()}
    assert taken.keys() == {"report-overview", "report-pictures"}
    assert {shown.shape for shown in taken.values()} == {(HEIGHT, WIDTH)}
    assert all(path.stat().st_size < LARGEST for path in tmp_path.iterdir())
    assert all(np.median(shown) > 200 and len(np.unique(shown)) > 16 for shown in taken.values())
    assert (taken["report-overview"] != taken["report-pictures"]).mean() > 0.05


def test_a_recipe_that_has_no_report_is_told(tmp_path: Path) -> None:
    """As any other command tells of a stage that it lacks."""
    with pytest.raises(BadInput, match="has no finished report stage"):
        report_page(str(tmp_path), "demo")
