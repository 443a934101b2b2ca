"""What reported pairs are worth: copies found, and different photographs taken for copies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.copies.forms import ORIGINAL, name, number_of
from benchmarks.copies.peer import Reported

Pairs = set[tuple[str, str]]
"""Names of two files, the smaller first."""


def recall(pairs: Pairs, form: str, count: int) -> float:
    """The share of `count` photographs that are reported with their copy of this form."""
    files = [sorted((name(ORIGINAL, number), name(form, number))) for number in range(count)]
    return round(sum((one, other) in pairs for one, other in files) / count, 4)


def false_positives(by_form: Mapping[str, Pairs]) -> Pairs:
    """Pairs of files of different photographs, whichever form they were reported with; each once."""
    return {pair for pairs in by_form.values() for pair in pairs if number_of(pair[0]) != number_of(pair[1])}


@dataclass(frozen=True, slots=True)
class Contest:
    """Our pairs by form, by the bounds of duplicates and of leaks; the peer's by method; and how many photographs."""

    duplicates: Mapping[str, Pairs]
    leaks: Mapping[str, Pairs]
    theirs: Mapping[str, Reported]
    count: int


def _worse(ours: Mapping[str, Pairs], method: str, theirs: Mapping[str, Pairs], count: int) -> Iterator[str]:
    for form, pairs in theirs.items():
        mine, its = recall(ours[form], form, count), recall(pairs, form, count)
        if mine < its:
            yield f"{form}: {method} finds {its:.4f}, ours {mine:.4f}"
    mistakes, its_own = len(false_positives(ours)), len(false_positives(theirs))
    if mistakes > its_own:
        yield f"false positives: {method} has {its_own}, ours {mistakes}"


def shortfalls(contest: Contest) -> list[str]:
    """Where a method of the peer finds more of a form than we, or takes fewer different photographs for copies."""
    return [
        line
        for ours in (contest.duplicates, contest.leaks)
        for method, found in contest.theirs.items()
        for line in _worse(ours, method, found.pairs, contest.count)
    ]
