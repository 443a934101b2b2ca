"""Disk is given back: what no finished work needs any more is found, and on demand removed.

Of the stages stay those that `latest/` points at, what was written lately or marked by a run that works on it or reads
it, finished products for longer, and all that any of these was made of. Of products with the same content the newest is
enough. The rest goes, with the attempts that nothing names, the work that finished trainings went on from, and, in all
folders that are written here, halves of files that killed writes left.

What stays, always: the pictures and the records of take-downs (`pictures/`), answers of language models (`answers/`),
sheets of names and their approvals (`review/`), digests of data sets that lie outside (`outside/`,
`targets/digests.parquet`), what was trained, compared or exported by hand (`work/train-by-hand`, `work/compare`,
`compare/`, `export/`), and `latest/`: remove `latest/NAME` to let go of a recipe that is not run any more. Folders of
other names are not looked at, nor links. A training that a take-down took back is not finished any more, so that the
checkpoints which it left go in time too.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from storage.errors import Unreachable
from storage.records import Stage
from storage.retention_folders import by_folder, held, listing
from storage.retention_going import Going, holding
from storage.retention_kept import Rule, kept, pointed
from storage.retention_rules import WORK, Judged, goes

PRODUCTS = (Stage.SHARD, Stage.TRAIN)
"""The stages whose finished results people point at from elsewhere."""

KEEP_DAYS = 30
"""More than a run takes."""

KEEP_PRODUCTS_DAYS = 180
"""Half a year of products, such as every night brings when it finds new pictures."""

DAY = 86_400.0
"""Seconds."""


@contextmanager
def _all_seen(root: str) -> Iterator[None]:
    """What cannot be seen might be needed, or need what can be: so nothing more is removed."""
    try:
        yield
    except OSError as error:
        raise Unreachable(
            f"not everything under {root} can be looked at: {error}",
            "see that its disk answers and that this user may read and remove what lies there, then run it again",
        ) from error


@dataclass(frozen=True, slots=True)
class CleanUp:
    """What goes of a data root, as it was `at` a time in seconds since 1970."""

    root: str
    at: float
    going: tuple[Going, ...]

    def carry_out(self) -> tuple[Going, ...]:
        """Remove it, and say what was removed: what a run has come back to in the meantime stays.

        One that was killed is carried out by the next, and two at once do no harm. Raises Unreachable as `plan`.
        """
        with _all_seen(self.root):
            return tuple(one for one in self.going if one.remove(self.root))


def _is_free(going: Going) -> bool:
    with holding(going.locks) as free:
        return free


def _judged(root: str, rule: Rule) -> Judged:
    latest, found = pointed(root), listing(root)
    work = by_folder(by_folder(found[WORK[0]]).get(WORK[1], ()))
    folders = held(root, found, work)
    return Judged(root, found, work, folders, kept(folders, latest, rule), rule.before)


def plan(
    root: str,
    keep_days: float,
    products: Iterable[Stage] = PRODUCTS,
    keep_products_days: float = KEEP_PRODUCTS_DAYS,
    at: float | None = None,
) -> CleanUp:
    """What goes of what no run has written or used for `keep_days` (with 0 none may be under way); nothing is changed.

    BadInput where no run of the pipeline has finished a stage under the root, Unreachable where not all can be seen.
    """
    at = time.time() if at is None else at
    rule = Rule(at - keep_days * DAY, frozenset(products), at - keep_products_days * DAY)
    with _all_seen(root):
        return CleanUp(root, at, tuple(filter(_is_free, goes(_judged(root, rule)))))
