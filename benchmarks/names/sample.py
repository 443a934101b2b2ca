"""The 400 answers that were labelled: which they are, and what a reader needs in order to label them.

    python -m benchmarks.names.sample ANSWERS > items.jsonl

`ANSWERS` is the folder of `gpt3_subclasses`. Names are given by their places in its files, so
that labels can be published without them.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.seeded import seeded

LABEL_SETS = ("fruits360", "food-101", "cifar20", "entity13", "living17")
ASKED = (1, 5, 10, 15, 50)
"""How many sub-classes were asked for, each in a file of its own."""

DEVELOPED = UNSEEN = 40
SEED = 2410_15980


@dataclass(frozen=True, slots=True)
class Item:
    """One answer: `place` is file/query/answer by number, `earlier` what the same list says before it."""

    place: str
    label_set: str
    query: str
    answer: str
    earlier: tuple[str, ...]
    unseen: bool


def read(folder: Path, name: str) -> Mapping[str, Sequence[str]]:
    """One file of answers: query -> answers."""
    answers: dict[str, list[str]] = json.loads((folder / f"{name}.json").read_text())
    return answers


def _answers(folder: Path, label_set: str) -> Iterator[Item]:
    for asked in ASKED:
        for row, (query, answers) in enumerate(read(folder, f"{label_set}-{asked}").items()):
            for place, answer in enumerate(answers):
                if answer.strip().casefold() != query.strip().casefold():
                    where = f"{label_set}-{asked}/{row}/{place}"
                    yield Item(where, label_set, query, answer, tuple(answers[:place]), False)


def _drawn(folder: Path, label_set: str) -> Iterator[Item]:
    items = list(_answers(folder, label_set))
    seeded(SEED, label_set).shuffle(items)
    once = {(item.query, item.answer.strip().casefold()): item for item in reversed(items)}
    first = [item for item in items if once[item.query, item.answer.strip().casefold()] is item]
    for place, item in enumerate(first[: DEVELOPED + UNSEEN]):
        yield Item(item.place, label_set, item.query, item.answer, item.earlier, place >= DEVELOPED)


def sample(folder: Path) -> list[Item]:
    """The sample, the same on every machine."""
    return [item for label_set in LABEL_SETS for item in _drawn(folder, label_set)]


if __name__ == "__main__":
    for item in sample(Path(sys.argv[1])):
        print(json.dumps(asdict(item)))
