"""Read the target data set whole, check it, and give every picture its digest."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from storage import tables
from storage.digests import digest_files
from storage.errors import BadInput
from storage.fingerprint import fingerprint
from storage.records import Split, TargetClass, TargetPicture
from tasks.targets.class_file import read_class_names
from tasks.targets.config import TargetsConfig
from tasks.targets.expected import check_expected
from tasks.targets.files import check_files, resolver
from tasks.targets.folder import described, read_folder
from tasks.targets.held_out import HeldOut, hold_out
from tasks.targets.lists import Listed, read_list
from tasks.targets.long_tail import LongTail, thin
from tasks.targets.names import NamedClass, choose, names_by_id, other_names


@dataclass(frozen=True, slots=True)
class Targets:
    """The target data set: classes by label, pictures in list order, train before val and test."""

    classes: tuple[TargetClass, ...]
    pictures: tuple[TargetPicture, ...]

    @property
    def digest(self) -> str:
        """The digest of names, labels, splits and every picture's bytes; blind to where they lie."""
        return fingerprint(
            tables.content_digest(tables.to_table(self.classes, TargetClass)),
            tables.content_digest(tables.to_table(self.pictures, TargetPicture)),
        )


def _listed(config: TargetsConfig, root: Path) -> tuple[list[NamedClass], list[Listed]]:
    names = root / config.class_names if config.class_names else None
    if config.train is None or names is None:  # the section holds that lists come with names
        named, listed = read_folder(root)
        return (described(named, names) if names else named), listed
    named = read_class_names(names)
    ids = {one.id for one in named}
    lists = {Split.TRAIN: config.train, Split.VAL: config.val, Split.TEST: config.test}
    return named, [one for split, name in lists.items() if name for one in read_list(root / name, split, ids)]


def _check(chosen: Sequence[NamedClass], listed: Sequence[Listed]) -> None:
    """Without training pictures a class cannot be learned; without val or test pictures it can."""
    trained = {one.id for one in listed if one.split is Split.TRAIN}
    if empty := [one.written for one in chosen if one.id not in trained]:
        some = ", ".join(repr(name) for name in empty[:5])
        raise BadInput(
            f"{len(empty)} classes have no training picture: {some}",
            "add pictures, or leave them out by `targets.classes`",
        )
    seen: dict[str, Split] = {}
    for one in listed:
        if seen.setdefault(one.key, one.split) is not one.split:
            raise BadInput(
                f"{one.key!r} is in `targets.{seen[one.key]}` and in `targets.{one.split}`",
                "take it out of one of them: what was learned from, or chosen by, cannot be judged by",
            )


def _thinned(listed: Sequence[Listed], rule: LongTail | None, classes: int) -> list[Listed]:
    if rule is None:
        return list(listed)
    train = [one for one in listed if one.split is Split.TRAIN]
    by_label: list[list[str]] = [[] for _ in range(classes)]
    for one in train:
        by_label[one.id].append(one.key)
    tail = thin(by_label, rule)
    kept = {key for thinned in tail for key in thinned.kept}
    spare = {key for thinned in tail for key in thinned.spare}
    return [
        *(one for one in train if one.key in kept),
        *(one for one in listed if one.split is Split.VAL),
        *(replace(one, split=Split.VAL) for one in train if one.key in spare),
        *(one for one in listed if one.split is Split.TEST),
    ]


def _with_val(listed: Sequence[Listed], rule: HeldOut | None, digests: Mapping[str, str]) -> list[Listed]:
    """The pictures, train before val and test, where some of train are validated on; `digests` are by key."""
    if rule is None:
        return list(listed)
    return sorted(hold_out(listed, rule, digests), key=lambda one: list(Split).index(one.split))


def _row(one: NamedClass, label: int, name: str, counts: Sequence[int]) -> TargetClass:
    """The class under its label in this run; `counts` are its pictures in train, val and test."""
    train, val, test = counts
    return TargetClass(label, name, train, val, test, other_names(one, name), one.definition, one.taxonomy)


def read_targets(config: TargetsConfig, digest_cache: str) -> Targets:
    """The checked target data set; `digest_cache` is the uri of a Parquet file of known digests.

    Labels are 0..N-1 in the order of `classes`, or of the data set's own labels.
    """
    root = Path(config.root)
    if not root.is_dir():
        raise BadInput(f"there is no folder {root}", "correct `targets.root`")
    named, everything = _listed(config, root)
    chosen = choose(named, config.classes)
    label_of = {one.id: label for label, one in enumerate(chosen)}
    listed = [replace(one, id=label_of[one.id]) for one in everything if one.id in label_of]
    _check([replace(one, id=label) for label, one in enumerate(chosen)], listed)
    check_expected(config.expect, len(chosen), listed)
    path_of = {one.key: os.path.join(root, one.key) for one in listed}
    files = check_files(list(path_of.values()))
    thinned = _thinned(listed, config.long_tail, len(chosen))
    by_path = digest_files({path_of[one.key]: files[path_of[one.key]] for one in thinned}, digest_cache)
    digests = {one.key: by_path[path_of[one.key]] for one in thinned}
    used = _with_val(thinned, config.held_out, digests)
    counts = Counter((one.id, one.split) for one in used)
    names, resolved = names_by_id(named), resolver()
    return Targets(
        tuple(
            _row(one, label, names[one.id], [counts[label, split] for split in Split])
            for label, one in enumerate(chosen)
        ),
        tuple(TargetPicture(one.key, one.split, one.id, digests[one.key], resolved(path_of[one.key])) for one in used),
    )
