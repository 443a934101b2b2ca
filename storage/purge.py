"""Taking pictures down everywhere under a data root: planned as a whole, then carried out."""

from collections.abc import Iterable
from dataclasses import dataclass

from storage import filesystem
from storage.errors import BadInput
from storage.purge_models import Models, trained_on
from storage.purge_scope import Scope, scope_of
from storage.purge_search import crawled, listed, offering
from storage.purge_stages import FolderPurge, purge_of, purge_of_page
from storage.purge_store import StorePurge, left_alone, plan_store, read_indexes, sighting
from storage.records import Stage
from storage.stage_folders import folders
from storage.takedown import TakenDown

HOLDING = (Stage.CRAWL, Stage.EMBED, Stage.SELECT, Stage.SHARD)
"""The stages whose tables name pictures by digest, in the order in which they are purged.

The crawl goes first: a run between two steps then writes it again, and finds nothing that was made of it.
"""


@dataclass(frozen=True, slots=True)
class Purge:
    """Everything that takes some pictures down.

    `naming` are the tables of the crawls that name one of them and stay, and `targets` files of a
    target data set that are one of them; these stay too.
    """

    root: str
    scope: Scope
    stages: tuple[FolderPurge, ...]
    store: StorePurge
    models: Models
    naming: tuple[str, ...]
    targets: tuple[str, ...]

    @property
    def matched(self) -> bool:
        """Whether something under the data root names any of it, or did so before it was taken down."""
        named = self.scope.asked or self.scope.recorded or self.naming
        return bool(named or any(folder.names for folder in self.stages))

    def carry_out(self) -> None:
        """The record first, so that nothing comes back; the store last, so that no stage misses a picture."""
        if self.scope.record:
            self.scope.record.record(self.root)
        for folder in self.stages:
            folder.carry_out()
        self.store.carry_out()


def _stages(root: str, digests: frozenset[str]) -> tuple[list[FolderPurge], Models]:
    """What goes of the stages, and the trainings that it concerns; nothing where no digest is taken."""
    if not digests:
        return [], Models((), (), ())
    held = {stage: folders(root, stage) for stage in HOLDING}
    purges = {stage: [purge_of(folder, digests) for folder in held[stage]] for stage in HOLDING}

    def contents(stage: Stage, dirty: bool) -> set[str]:
        both = zip(held[stage], purges[stage], strict=True)
        return {one.manifest.ref.content for one, purge in both if one.manifest and purge.sealed is dirty}

    models = trained_on(root, contents(Stage.SHARD, dirty=True), contents(Stage.SHARD, dirty=False))
    clean = contents(Stage.CRAWL, dirty=False)
    pages = [purge_of_page(folder, clean) for folder in folders(root, Stage.REPORT)]
    # Trainings first: it is the manifest of the shards that tells which these are.
    return [*models.purges, *(one for stage in HOLDING for one in purges[stage]), *pages], models


def _naming(root: str, ours: TakenDown, stages: Iterable[FolderPurge]) -> tuple[str, ...]:
    """The tables of the crawls that name any of it and stay."""
    going = {filesystem.join(folder.uri, name) for folder in stages for name in folder.files}
    return tuple(table for table in offering(root, ours) if table not in going)


def plan(root: str, wanted: TakenDown) -> Purge:
    """What takes these down under a data root, with what an earlier purge that was killed left undone.

    Where nothing names a picture of it, it is recorded and nothing goes. Raises BadInput where there
    is no data root.
    """
    if not filesystem.list_folders(root):
        raise BadInput(f"nothing lies under {root}", "give the recipe, or --data-root, that the pictures came by")
    indexes = read_indexes(root)
    seen = [*(sighting(row) for rows in indexes.values() for row in rows), *crawled(root)]
    scope = scope_of(root, wanted, seen)
    stages, models = _stages(root, scope.taken.digests)
    naming = _naming(root, scope.ours, stages)
    # A URL that was offered may have its picture in a tar whose index was never written: no digest says so.
    store = plan_store(root, indexes, scope.taken) if scope.taken or naming else left_alone(root)
    targets = tuple(listed(root, scope.taken.digests))
    return Purge(root, scope, tuple(folder for folder in stages if folder), store, models, naming, targets)
