"""A data set that is not the one that the recipe is for is told at once."""

import pytest

from storage.errors import BadInput
from storage.fingerprint import fingerprint
from storage.records import Split
from tasks.targets.config import TargetsConfig
from tasks.targets.expected import Expected, check_expected
from tasks.targets.lists import Listed

LISTED = [
    Listed(f"{split}/{number}.jpg", split, number % 2)
    for split, count in zip(Split, (5, 3, 0), strict=True)
    for number in range(count)
]


@pytest.mark.parametrize(
    "expected", [None, Expected(), Expected(classes=2, train=5, val=3, test=0), Expected(train=5)], ids=repr
)
def test_what_is_as_expected_passes(expected: Expected | None) -> None:
    """What is not said is not asked."""
    check_expected(expected, 2, LISTED)


@pytest.mark.parametrize(
    ("expected", "complaint"),
    [({"classes": 3}, r"there are 2 target classes, and `targets\.expect\.classes` is 3\n.*targets\.class_names"),
     ({"train": 115_846}, r"there are 5 train pictures, and `targets\.expect\.train` is 115,846\n.*targets\.train"),
     ({"val": 0}, r"there are 3 val pictures, and `targets\.expect\.val` is 0\n.*targets\.val"),
     ({"test": 9}, r"there are 0 test pictures, and `targets\.expect\.test` is 9\n.*targets\.test")],
)  # fmt: skip
def test_both_counts_and_the_field_are_named(expected: dict[str, int], complaint: str) -> None:
    """A list that is cut short, or another data set's, does not become a run."""
    with pytest.raises(BadInput, match=complaint):
        check_expected(Expected.model_validate(expected), 2, LISTED)


def test_it_is_in_no_key() -> None:
    """It changes nothing of what comes out."""
    without = TargetsConfig(root="data")
    assert fingerprint(without.model_copy(update={"expect": Expected(classes=2)})) == fingerprint(without)
