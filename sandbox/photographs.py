"""The first corpus: a folder of photographs in the layout of the Grocery Store Dataset.

The web serves the train photographs of the neighbor classes, and those of their val and test once it
grows. Which target photographs it may
use, and how, follows from the long tail: those in the tail, in validation and in test are only
ever shown as copies; what the tail leaves out and validation does not take is off-topic.
"""

import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from sandbox.corpus import Original, Pools
from sandbox.errors import BadCorpus
from sandbox.names import spoken
from sandbox.taxonomy import Group, Taxonomy
from storage.records import Split

# The one thing of the product that the sandbox takes beside the records: if the two drew
# different tails, the web would serve training photographs as if they were new ones.
from tasks.targets.long_tail import LongTail, Thinned, thin

Lists = dict[Split, dict[str, list[Original]]]
"""The originals of each split by spoken class name, in the order of the list's lines."""


@dataclass(frozen=True, slots=True)
class Photographs:
    """A served folder; an original's key is its path relative to `root`."""

    root: Path
    taxonomy: Taxonomy
    pools: Pools

    def picture(self, key: str) -> bytes:
        """The file as it lies in the folder."""
        return (self.root / key).read_bytes()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError as error:
        raise BadCorpus(f"there is no {path}: give a folder in the Grocery Store Dataset's layout") from error


def _read_classes(root: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Spoken class names by class id, and the spoken coarse class by spoken class."""
    rows = list(csv.DictReader(_read(root / "classes.csv").splitlines()))
    names = {row["Class ID (int)"]: spoken(row["Class Name (str)"]) for row in rows}
    nouns = {spoken(row["Class Name (str)"]): spoken(row["Coarse Class Name (str)"]) for row in rows}
    return names, nouns


def _read_lists(root: Path, names: dict[str, str]) -> Lists:
    lists: Lists = {}
    for split in Split:
        lists[split] = defaultdict(list)
        for line in _read(root / f"{split}.txt").splitlines():
            key, _, class_id = (part.strip() for part in line.rpartition(",")[0].partition(","))
            if class_id not in names:
                raise BadCorpus(f"{root / f'{split}.txt'} has class id {class_id!r}, which is not in classes.csv")
            lists[split][names[class_id]].append(Original(key, names[class_id]))
    return lists


def _read_taxonomy(path: Path, nouns: dict[str, str]) -> Taxonomy:
    data = json.loads(_read(path))
    groups = tuple(
        Group(spoken(name), tuple(map(spoken, group["targets"])), tuple(map(spoken, group["neighbors"])))
        for name, group in data["groups"].items()
    )
    taxonomy = Taxonomy(groups, tuple(map(spoken, data["off_topic"])), nouns)
    unknown = [name for name in taxonomy.names if name not in nouns]
    if unknown:
        raise BadCorpus(f"{path} names {unknown[0]!r}, which is no class of classes.csv")
    return taxonomy


def thin_targets(lists: Lists, targets: tuple[str, ...], seed: int) -> list[Thinned]:
    """The long tail as the pipeline draws it: keys by label, labels in the taxonomy's order."""
    train = lists[Split.TRAIN]
    return thin([[original.key for original in train[name]] for name in targets], LongTail(seed=seed))


def _pools(lists: Lists, taxonomy: Taxonomy, seed: int) -> Pools:
    tail, spare, left_out = [], [], []
    for name, thinned in zip(taxonomy.targets, thin_targets(lists, taxonomy.targets, seed), strict=True):
        tail += [Original(key, name) for key in thinned.kept]
        spare += [Original(key, name) for key in thinned.spare]
        left_out += [Original(key, name) for key in thinned.left_out]
    held_out = {split: [o for name in taxonomy.targets for o in lists[split][name]] for split in Split}
    strangers = [original for name in taxonomy.off_topic for split in Split for original in lists[split][name]]
    targets = {
        Split.TRAIN: tuple(tail),
        Split.VAL: tuple(held_out[Split.VAL] + spare),
        Split.TEST: tuple(held_out[Split.TEST]),
    }
    good = {name: tuple(lists[Split.TRAIN][name]) for name in taxonomy.neighbors}
    bare = [name for name, originals in good.items() if not originals]
    if bare:
        raise BadCorpus(f"the neighbor class {bare[0]!r} has no train photograph: list some or drop it from the groups")
    held_back = {name: tuple(lists[Split.VAL][name] + lists[Split.TEST][name]) for name in taxonomy.neighbors}
    return Pools(good, tuple(strangers + left_out), targets, held_back)


def load_photographs(root: Path, taxonomy_path: Path, seed: int) -> Photographs:
    """Read the lists and the taxonomy; no photograph is opened before it is asked for."""
    names, nouns = _read_classes(root)
    taxonomy = _read_taxonomy(taxonomy_path, nouns)
    return Photographs(root, taxonomy, _pools(_read_lists(root, names), taxonomy, seed))
