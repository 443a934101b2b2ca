"""What an arm says of its steps is what its partition shows."""

import pytest

from flows.showing.steps import Steps
from tasks.progress import Moment, watched
from training.choices import Arm
from training.job import said


def test_the_newest_step_is_shown_with_the_last_look() -> None:
    """The accuracy stays in sight between two looks; before the first there is the loss alone."""
    with watched() as here:
        steps = Steps(Arm.SILENCED)
        assert here.look
        assert here.look().percent == 0
        steps.tell(5, 20, {"loss": 2.5})
        assert here.look() == Moment(25.0, "train silenced: step 5 of 20, loss 2.5")
        steps.tell(10, 20, {"loss": 1.5, "val_accuracy": 0.5})
        steps.tell(15, 20, {"loss": 0.5})
        assert here.look() == Moment(75.0, "train silenced: step 15 of 20, loss 0.5, 50.0% on validation")


def test_lines_of_processes_are_understood() -> None:
    """Where several train an arm, the lines that they print are all that is known."""
    with watched() as here:
        steps = Steps(Arm.TARGETS_ONLY)
        steps.hear(str(said(Arm.TARGETS_ONLY, 30, 40, {"loss": 1.0, "val_accuracy": 0.25})))
        steps.hear("a warning of a library: step aside")
        assert here.look
        assert here.look() == Moment(75.0, "train targets_only: step 30 of 40, loss 1, 25.0% on validation")


@pytest.mark.parametrize("line", ["", "step 3 of 4", "train silenced: step x of y"])
def test_other_lines_change_nothing(line: str) -> None:
    """Only what `said` makes is taken."""
    with watched() as here:
        Steps(Arm.SILENCED).hear(line)
        assert here.look
        assert here.look() == Moment(0.0, "train silenced: getting ready")
