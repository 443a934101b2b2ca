"""Taking pictures out of the stages: what was made of them goes, so that the next run makes it again without them."""

from dataclasses import dataclass, field

from storage import filesystem
from storage.filesystem import PARTIAL
from storage.manifest import MANIFEST, PARTS
from storage.records import ClipEmbedded, Crawled, Decision, Embedded, Scored, ShardEntry, Stage, Unreadable
from storage.shards import unpack
from storage.stage_folders import Folder

BY_DIGEST = tuple(row.__name__ for row in (Crawled, Embedded, ClipEmbedded, Scored, Unreadable, Decision))
"""The tables that show a picture, or say that it is held; the index of the shards is read by itself."""

TAR = ".tar"


@dataclass(frozen=True, slots=True)
class FolderPurge:
    """What has to go of one stage's folder: its manifest, the markers of `parts`, and files in this order.

    `shards` are those of its tars that hold one of the pictures; `names` says that one of its files
    holds or names a picture, and is not only there to be doubted.
    """

    stage: Stage
    key: str
    uri: str
    sealed: bool
    parts: tuple[str, ...]
    files: tuple[str, ...]
    shards: tuple[str, ...] = ()
    names: bool = False

    def __bool__(self) -> bool:
        return bool(self.sealed or self.parts or self.files)

    def carry_out(self) -> None:
        """No manifest, no stage; no marker, no partition: so these go before the files that they name."""
        names = [MANIFEST] * self.sealed + [f"{PARTS}/{part}.json" for part in self.parts] + list(self.files)
        for name in names:
            filesystem.remove(filesystem.join(self.uri, name))


def _siblings(folder: Folder, table: str) -> set[str]:
    """The tables that the same attempt wrote for the same partition."""
    attempt, _, name = table.partition("/")
    part = name.rsplit(".", 2)[0]
    return {file for file in folder.files if file.startswith(f"{attempt}/{part}.")}


@dataclass(slots=True)
class _Tars:
    """Of a folder of shards: the tars that hold a picture, the indexes that say so, all tars of those indexes."""

    holding: set[str] = field(default_factory=set)
    indexes: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)


def _packs(tar: bytes, digests: frozenset[str]) -> bool:
    return any(sample.about.get("sha256") in digests for sample in unpack(tar))


def _tars(folder: Folder, digests: frozenset[str]) -> _Tars:
    found, known = _Tars(), set[str]()
    for name in folder.tables(ShardEntry.__name__):
        rows = list(folder.rows(name, "digest", "shard"))
        shards = {shard for _, shard in rows}
        known |= shards
        if hit := {shard for digest, shard in rows if digest in digests}:
            found = _Tars(found.holding | hit, found.indexes | {name}, found.whole | shards)
    loose = [name for name in folder.files if name.endswith(TAR) and name not in known]
    # What a killed partition left has no index yet: only the tar itself can say what it holds.
    found.holding |= {name for name in loose if _packs(folder.read(name), digests)}
    return found


def _purge(folder: Folder, first: set[str], last: set[str], shards: set[str]) -> FolderPurge:
    """The tables that name the picture go `last`, so that after a kill the rest is still found by them."""
    halves = {name for name in folder.files if name.endswith(PARTIAL)}
    gone = first | last | halves
    named = {file.name for part in folder.manifest.parts for file in part.files} if folder.manifest else set()
    return FolderPurge(
        folder.stage, folder.key, folder.uri, sealed=not named.isdisjoint(gone),
        parts=tuple(part for part, files in folder.markers.items() if not files.isdisjoint(gone)),
        files=tuple(name for name in sorted(folder.files, key=lambda name: (name in last, name)) if name in gone),
        shards=tuple(sorted(shards.intersection(folder.files))), names=bool(last or shards),
    )  # fmt: skip


def purge_of(folder: Folder, digests: frozenset[str]) -> FolderPurge:
    """What has to go of a folder whose tables name pictures by digest; a partition goes whole."""
    tars, tables = _tars(folder, digests), folder.tables(*BY_DIGEST)
    naming = {name for name in tables if any(digest in digests for (digest,) in folder.rows(name, "digest"))}
    naming |= tars.indexes
    siblings = (_siblings(folder, name) for name in naming)
    # What lies beside the manifest tells of every picture of the folder: its title, its creator.
    beside = {name for name in folder.files if "/" not in name} if naming or tars.holding else set[str]()
    return _purge(folder, tars.holding.union(tars.whole, beside, *siblings), naming, tars.holding)


def purge_of_page(folder: Folder, clean: set[str]) -> FolderPurge:
    """What has to go of a report: pages show pictures without naming them.

    One stays if every crawl that it was made of is among the `clean` contents: a crawl that was
    run again, or removed, cannot be asked any more.
    """
    manifest = folder.manifest
    crawls = (
        [content for name, content in manifest.inputs.items() if name.endswith(f"-{Stage.CRAWL}")] if manifest else []
    )
    stays = manifest and clean.issuperset(crawls)
    return _purge(folder, set() if stays else set(folder.files), set(), set())
