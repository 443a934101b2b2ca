"""What vetting is worth on 400 real answers of a language model, labelled by hand (benchmarks/names/RULES.md).

    python -m benchmarks.neighbors [--answers FOLDER] [--dictionary FOLDER] [--misses] [--quick]

`keep` is scored with the queries as label set, their sub-classes wanted; `exclusion` with the
lists of true classes as label sets, where nothing that is one of them may stay.
"""

import argparse
import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.names.sample import Item, read, sample
from storage.records import NameReason, Neighbor, Proposal, Relation, TargetClass
from tasks.neighbors.spelling import tidy
from tasks.neighbors.vetting.verdicts import Rules
from tasks.neighbors.vetting.vet import vet
from tasks.neighbors.wordnet import open_wordnet

ANSWERS = Path(__file__).parents[2] / "shared" / "data" / "llm" / "gpt3_subclasses"
LABELS = Path(__file__).parent / "names" / "labels.csv"
EXCLUDED = {NameReason.IS_TARGET, NameReason.IS_ALIAS, NameReason.IS_VARIANT, NameReason.IS_HYPONYM}
PARTS = {"developed": False, "unseen": True}


@dataclass(frozen=True, slots=True)
class Scored:
    """One answer: what the reader says of it, and what vetting does."""

    item: Item
    label: str
    excluded: bool
    kept: bool
    reason: str


@cache
def labels() -> Mapping[str, Mapping[str, str]]:
    """The readers' labels by the answer's place."""
    with LABELS.open(newline="") as file:
        return {row["place"]: row for row in csv.DictReader(file)}


def _proposals(answers: Sequence[str], parent: int, relation: Relation) -> list[Proposal]:
    return [
        Proposal(answer, parent, relation, (), "", "gpt-3", str(place), place) for place, answer in enumerate(answers)
    ]


def _kept_places(rows: Sequence[Neighbor], answers: Sequence[str]) -> set[int]:
    """The answers that stay: of those that mean one thing the first, as a reader goes through the list."""
    kept = {tidy(answers[int(row.prompt)]): int(row.prompt) for row in rows if row.reason is None}
    for row in rows:
        if row.reason is NameReason.REPEATED:
            name = row.detail.partition(",")[0]
            kept[name] = min(kept[name], int(row.prompt))
    return set(kept.values())


def _reasons(rows: Sequence[Neighbor]) -> dict[int, str]:
    return {int(row.prompt): f"{row.reason}: {row.detail}" for row in rows if row.reason}


def _true_classes(folder: Path, label_set: str) -> tuple[list[TargetClass], dict[str, int]]:
    """The true classes of a label set, and for each query the label of its first."""
    classes: list[TargetClass] = []
    first: dict[str, int] = {}
    for query, names in read(folder, f"{label_set}-true").items():
        first[query] = len(classes)
        classes += [TargetClass(len(classes) + at, name, 1, 0, 0, taxonomy=query) for at, name in enumerate(names)]
    return classes, first


def _as_sub_classes(folder: Path, item: Item, rules: Rules) -> tuple[bool, str]:
    """Whether vetting keeps an answer where the queries are the label set."""
    file, row, place = item.place.split("/")
    asked = read(folder, file)
    classes = [TargetClass(label, query, 1, 0, 0) for label, query in enumerate(asked)]
    answers = asked[item.query]
    rows = vet(_proposals(answers, int(row), Relation.HYPONYM), classes, rules)
    kept = int(place) in _kept_places(rows, answers)
    return kept, "" if kept else _reasons(rows).get(int(place), "repeated by an earlier answer")


def _as_excluded(folder: Path, item: Item, rules: Rules) -> tuple[bool, str]:
    """Whether vetting excludes an answer where the true classes are the label set."""
    classes, first = _true_classes(folder, item.label_set)
    proposal = Proposal(item.answer, first.get(item.query, 0), Relation.SIBLING, (), "", "gpt-3", "0")
    (row,) = vet([proposal], classes, rules)
    return row.reason in EXCLUDED, f"{row.reason}: {row.detail}"


def score(items: Sequence[Item], folder: Path, dictionary: str | None) -> tuple[list[Scored], list[Scored]]:
    """Every answer as a sub-class of its query, and where true classes are known whether it is excluded."""
    wordnet = open_wordnet(dictionary)
    read_by = labels()
    kept, excluded = [], []
    for item in items:
        label, by = read_by[item.place]["label"], bool(read_by[item.place]["excluded_by"])
        kept.append(Scored(item, label, by, *_as_sub_classes(folder, item, Rules(wordnet, "keep"))))
        if (folder / f"{item.label_set}-true.json").exists():
            excluded.append(Scored(item, label, by, *_as_excluded(folder, item, Rules(wordnet, "drop"))))
    return kept, excluded


def interval(hits: int, of: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share."""
    if of == 0:
        return 0.0, 1.0
    z, share = 1.96, hits / of
    center, spread = share + z * z / (2 * of), z * (share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5
    scale = 1 + z * z / of
    return max(0.0, (center - spread) / scale), min(1.0, (center + spread) / scale)


def figures(pairs: Sequence[tuple[bool, bool]], suffix: str = "") -> dict[str, float | list[float]]:
    """Precision and recall of (said, true) with intervals, and the precision of saying yes to all."""
    right = sum(said and true for said, true in pairs)
    said, true = sum(said for said, _ in pairs), sum(true for _, true in pairs)
    return {
        "precision": round(right / (said or 1), 3),
        "precision_95": [round(bound, 3) for bound in interval(right, said)],
        "recall": round(right / (true or 1), 3),
        "recall_95": [round(bound, 3) for bound in interval(right, true)],
        f"{suffix}all_precision": round(true / (len(pairs) or 1), 3),
        "answers": len(pairs),
    }


def _misses(kept: Sequence[Scored], excluded: Sequence[Scored]) -> Iterator[str]:
    for one in kept:
        if one.kept != (one.label == "keep"):
            yield f"{one.item.label_set} {one.item.query}: {one.item.answer!r} is {one.label}; {one.reason or 'kept'}"
    for one in excluded:
        if one.kept != one.excluded:
            yield f"{one.item.label_set}: {one.item.answer!r} excluded={one.excluded}; {one.reason}"


def main() -> None:
    """Print a line for every part and label set, and last one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.neighbors")
    parser.add_argument("--answers", type=Path, default=ANSWERS, help="the folder gpt3_subclasses")
    parser.add_argument("--dictionary", default="auto", help="a WordNet dictionary; '' for none")
    parser.add_argument("--misses", action="store_true", help="list where vetting differs from the reader")
    parser.add_argument("--quick", action="store_true", help="the developing part only")
    arguments = parser.parse_args()
    items = sample(arguments.answers)
    out = {}
    for part, unseen in PARTS.items():
        if unseen and arguments.quick:
            continue
        ours = [item for item in items if item.unseen is unseen]
        kept, excluded = score(ours, arguments.answers, arguments.dictionary or None)
        keep = figures([(one.kept, one.label == "keep") for one in kept], "keep_")
        exclusion = figures([(one.kept, one.excluded) for one in excluded], "exclude_")
        out[part] = {**keep, "exclusion": exclusion}
        for name, found in (("keep", keep), ("exclusion", exclusion)):
            print(f"{part:10} {name:10} {json.dumps(found)}")
        if arguments.misses and not unseen:
            print("\n".join(_misses(kept, excluded)))
    print(json.dumps(out))


if __name__ == "__main__":
    main()
