"""How many classes and pictures a data set is known to have: a list that lacks some is told before it is used."""

from collections import Counter
from collections.abc import Sequence

from pydantic import Field

from storage.errors import BadInput
from storage.records import Split
from storage.section import Section
from tasks.targets.lists import Listed


class Expected(Section):
    """Counts that the data set must have, before any picture is held out or thinned; none: any."""

    classes: int | None = Field(None, ge=1, description="Classes, of those that `classes` names where it does")
    train: int | None = Field(None, ge=1, description="Training pictures of these classes")
    val: int | None = Field(None, ge=0, description="Validation pictures of them")
    test: int | None = Field(None, ge=0, description="Test pictures of them")


def _differs(found: int, what: str, expected: int, field: str, mend: str) -> BadInput:
    return BadInput(
        f"there are {found:,} {what}, and `targets.expect.{field}` is {expected:,}",
        f"{mend}; or correct the expected number, where it is another data set",
    )


def check_expected(expected: Expected | None, classes: int, listed: Sequence[Listed]) -> None:
    """Raise BadInput for the first count that is not the one expected."""
    if expected is None:
        return
    if expected.classes is not None and expected.classes != classes:
        mend = "correct `targets.class_names` or `targets.classes`"
        raise _differs(classes, "target classes", expected.classes, "classes", mend)
    held = Counter(one.split for one in listed)
    for split, count in zip(Split, (expected.train, expected.val, expected.test), strict=True):
        if count is not None and count != held[split]:
            raise _differs(
                held[split], f"{split} pictures", count, split, f"bring all that belongs to `targets.{split}`"
            )
