"""What training came to."""

from dataclasses import dataclass

from storage.records.targets import Split


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Mean of the per-class accuracies, in [0, 1], of one arm over one group of target classes.

    `group` is all, many, medium or few; `classes` is how many classes it holds.
    """

    arm: str
    group: str
    accuracy: float
    classes: int
    split: Split = Split.TEST


@dataclass(frozen=True, slots=True)
class ClassAccuracy:
    """Right answers of one arm among the test pictures of one target class with `train` training pictures."""

    arm: str
    label: int
    name: str
    group: str
    train: int
    correct: int
    pictures: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far one arm's confidence lies from its accuracy: the expected calibration error, in [0, 1]."""

    arm: str
    split: Split
    error: float
    pictures: int


@dataclass(frozen=True, slots=True)
class Confused:
    """Test pictures of one target class that one arm took for another, `predicted`.

    `shares_neighbor` says that the two classes are parents of one neighbor.
    """

    arm: str
    label: int
    name: str
    predicted: int
    predicted_name: str
    pictures: int
    shares_neighbor: bool
