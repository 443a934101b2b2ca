"""What a terminal shows of a run."""

import io

from rich.console import Console

from training.shown import watched


def test_a_bar_forgets_the_accuracy_of_a_run_that_is_over() -> None:
    """It stays between two looks of one run; the next one, however long, starts without it."""
    for steps in (30, 500):
        sink = io.StringIO()
        with watched(Console(file=sink, force_terminal=True, width=200)) as on_step:
            on_step(20, 30, {"loss": 4.0, "val_accuracy": 0.25})
            on_step(25, 30, {"loss": 3.0})
            on_step(30, 30, {"loss": 2.0, "val_accuracy": 0.5})
            before = len(sink.getvalue())
            on_step(10, steps, {"loss": 1.0})
        said = sink.getvalue()
        assert "loss 1" in said[before:]
        assert "on validation" not in said[before:].partition("loss 1")[2]
