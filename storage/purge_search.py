"""What under a data root names pictures: the tables of the stages are asked, whoever wrote them."""

from collections.abc import Iterator

from storage import filesystem
from storage.records import Candidate, Crawled, Redirected, Stage, TargetPicture
from storage.stage_folders import folders
from storage.takedown import Sighting, TakenDown, folded_url

OFFERED = (Candidate.__name__, Redirected.__name__, Crawled.__name__)
"""The tables of a crawl that say where a picture is, held or not."""


def crawled(root: str) -> Iterator[Sighting]:
    """Every picture that a crawl row under a data root says is held."""
    for folder in folders(root, Stage.CRAWL):
        for name in folder.tables(Crawled.__name__):
            for url, creator, digest in folder.rows(name, "url", "creator", "digest"):
                if digest:
                    yield Sighting(url, creator, frozenset((digest,)))


def redirected(root: str, wanted: frozenset[str]) -> frozenset[str]:
    """The URLs that brought a picture from one of the wanted ones (folded), by way of a redirect."""
    tables = ((folder, name) for folder in folders(root, Stage.CRAWL) for name in folder.tables(Redirected.__name__))
    rows = (row for folder, name in tables for row in folder.rows(name, "url", "to"))
    return frozenset(url for url, to in rows if folded_url(to) in wanted)


def offering(root: str, taken: TakenDown) -> Iterator[str]:
    """The tables of the crawls that name one of these URLs or creators, whether or not anything came of it."""
    for folder in folders(root, Stage.CRAWL):
        for name in folder.tables(*OFFERED):
            rows = folder.rows(name, "url", "creator")
            if any(taken.covers(Sighting(url, creator, frozenset())) for url, creator in rows):
                yield filesystem.join(folder.uri, name)


def listed(root: str, digests: frozenset[str]) -> list[str]:
    """The files of target data sets that are one of the pictures: they lie outside, and are their owner's."""
    tables = (
        (folder, name) for folder in folders(root, Stage.TARGETS) for name in folder.tables(TargetPicture.__name__)
    )
    rows = (row for folder, name in tables for row in folder.rows(name, "digest", "path"))
    return sorted({path for digest, path in rows if digest in digests})
