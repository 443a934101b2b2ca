"""The measure of what a loss costs."""

import pytest

from benchmarks.loss import CASES, judged
from benchmarks.losses.contestants import BASELINE, JUDGED, Size, contestants, problem
from benchmarks.losses.cost import logits_of, peak

BUFFER = Size(classes=20_000, batch=512, rounds=1, device="cpu")


def test_memory_is_what_forward_and_backward_hold_at_once() -> None:
    """The exponential keeps its result and its gradient is another buffer; what is freed in between counts once."""
    logits = logits_of(BUFFER)
    buffers = [
        peak(loss, logits) / (4 * logits.numel())
        for loss in (lambda at: at.exp().sum(), lambda at: (at + 1).exp().sum(), lambda at: at.sum())
    ]
    assert buffers == pytest.approx([2, 2, 1], abs=0.15)


@pytest.mark.parametrize("case", CASES)
def test_all_of_a_case_are_the_same_loss_where_nothing_is_silenced(case: str) -> None:
    """A baseline is fair: torch's ways and ours agree, on smoothed and mixed labels too."""
    small = Size(classes=50, batch=8, rounds=1, device="cpu")
    them, logits = contestants(problem(small), *CASES[case]), logits_of(small)
    alike = {BASELINE, "two of it, weighted", "none silenced", "logit adjustment, balanced softmax"} & them.keys()
    values = {name: them[name](logits).item() for name in alike}
    assert values == pytest.approx(dict.fromkeys(alike, values[BASELINE]))


@pytest.mark.parametrize("case", CASES)
def test_silencing_holds_two_buffers_in_every_case(case: str) -> None:
    """The powers of the balanced logits and the gradient, however many labels a sample has."""
    loss, logits = contestants(problem(BUFFER), *CASES[case])[JUDGED], logits_of(BUFFER)
    assert peak(loss, logits) / (4 * logits.numel()) == pytest.approx(2, abs=0.15)


def test_the_plain_case_has_the_bare_names() -> None:
    """Whoever reads `time_ratio` finds what it was before there were cases."""
    names = ("time_ratio", "time_ratio_low", "time_ratio_high", "memory_ratio")
    found = {case: {JUDGED: dict.fromkeys(names, float(place))} for place, case in enumerate(CASES)}
    ratios = judged(found)
    assert (ratios["time_ratio"], ratios["memory_ratio"], ratios["mixed_time_ratio"]) == (0, 0, 2)
    assert len(ratios) == len(names) * len(CASES)
