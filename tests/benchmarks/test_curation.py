"""What the curation benchmark switches off, and how it sums up."""

from dataclasses import replace

import pytest

from benchmarks.filters import AS_SET, WITHOUT, Outcome, named_leaks, summarize
from benchmarks.truth import Alarms, Curation
from tasks.select.config import SelectConfig

SCORE = Curation(precision=1.0, recall=0.5, leaks=1, kept=10, served_good=20, by_kind={})


@pytest.mark.parametrize("name", WITHOUT)
def test_every_switch_is_a_field_at_a_bound_that_lets_all_pass(name: str) -> None:
    """A misspelled field, or one that is only loosened, would say that its filter does less than it does."""
    changed = SelectConfig.model_validate({**SelectConfig().model_dump(), **WITHOUT[name]})
    for field in WITHOUT[name]:
        value = getattr(changed, field)
        assert value is False or (value <= -1 if field.startswith("min_") else value >= 1)


def test_scores_are_averaged_over_worlds_and_leaks_are_counted() -> None:
    """One leak in any world is told."""
    worlds = [
        Outcome({AS_SET: one}, Alarms(100, 99, 1000, 1), ()) for one in (SCORE, replace(SCORE, precision=0.5, leaks=2))
    ]
    assert summarize(worlds)[AS_SET] == {
        "kept": 10.0, "precision": 0.75, "precision_se": 0.25, "recall": 0.5, "recall_se": 0.0, "leaks": 3,
    }  # fmt: skip
    assert named_leaks(worlds) == {"leaks_named": 0.99, "false_alarms": 0.001}
