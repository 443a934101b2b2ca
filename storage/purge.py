"""Taking pictures down everywhere under a data root: planned as a whole, then carried out."""

from dataclasses import dataclass

from storage import filesystem
from storage.errors import BadInput
from storage.purge_models import Models, trained_on
from storage.purge_stages import FolderPurge, crawled, listed, purge_of, purge_of_page, redirected
from storage.purge_store import StorePurge, plan_store, read_indexes, sighting
from storage.records import Stage
from storage.stage_folders import folders
from storage.takedown import TakenDown, spread

HOLDING = (Stage.CRAWL, Stage.EMBED, Stage.SELECT, Stage.SHARD)
"""The stages whose tables name pictures by digest, in the order in which they are purged.

The crawl goes first: a run between two steps then writes it again, and finds nothing that was made of it.
"""


@dataclass(frozen=True, slots=True)
class Purge:
    """Everything that takes some pictures down.

    `asked` are the URLs that were asked for, by whatever name, and `copies` those of the same
    pictures; `news` is what no earlier record says. `targets` are files of a target data set; they
    stay. `recorded` says that all that was asked for had been taken down before.
    """

    root: str
    asked: tuple[str, ...]
    copies: tuple[str, ...]
    news: TakenDown
    recorded: bool
    stages: tuple[FolderPurge, ...]
    store: StorePurge
    models: Models
    targets: tuple[str, ...]

    @property
    def matched(self) -> bool:
        """Whether any of it was, or still is, under the data root."""
        return bool(self.asked or self.stages or self.store or self.recorded)

    def carry_out(self) -> None:
        """The record first, so that nothing comes back; the store last, so that no stage misses a picture."""
        if self.news:
            self.news.record(self.root)
        for folder in self.stages:
            folder.carry_out()
        self.store.carry_out()


def _stages(root: str, digests: frozenset[str]) -> tuple[list[FolderPurge], Models]:
    """What goes of the stages, and the trainings that it concerns."""
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


def plan(root: str, wanted: TakenDown) -> Purge:
    """What takes these down under a data root, with what an earlier purge that was killed left undone.

    Raises BadInput where there is no data root.
    """
    if not filesystem.list_folders(root):
        raise BadInput(f"nothing lies under {root}", "give the recipe, or --data-root, that the pictures came by")
    indexes, records = read_indexes(root), TakenDown.load(root)
    seen = [*(sighting(row) for rows in indexes.values() for row in rows), *crawled(root)]
    wanted |= TakenDown(redirected(root, wanted.urls))
    ours, taken = spread(wanted, seen), spread(wanted | records, seen)
    asked = {one.url for one in seen if wanted.covers(one)}
    copies = {one.url for one in seen if ours.covers(one)} - asked
    stages, models = _stages(root, taken.digests)
    return Purge(
        root, tuple(sorted(asked)), tuple(sorted(copies)), taken - records, not wanted - records,
        tuple(folder for folder in stages if folder), plan_store(root, indexes, taken), models,
        tuple(listed(root, taken.digests)),
    )  # fmt: skip
