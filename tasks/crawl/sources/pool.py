"""A pool of pictures on disk: folders named like categories, and WebDataset tars beside them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from storage.errors import BadInput
from storage.fingerprint import fingerprint
from storage.records import FetchReason
from tasks.crawl.guard import Refused
from tasks.crawl.sources.base import Ask
from tasks.crawl.sources.file_urls import file_url, place_of, shown
from tasks.crawl.sources.matching import matches
from tasks.crawl.sources.tar_samples import PICTURES, samples_of


def _gone() -> Refused:
    return Refused(FetchReason.BAD_STATUS, "gone")


def _pictures(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES and path.is_file())


def _bytes(path: Path, offset: int, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(most)
    except OSError:
        raise _gone() from None


@dataclass(frozen=True, slots=True)
class Pool:
    """`root/<category>/**/*.jpg` and `root/*.tar`; `category` and `caption` are fields of a tar sample's .json."""

    root: Path
    category: str
    caption: str

    def _folders(self) -> list[Path]:
        return sorted(path for path in self.root.iterdir() if path.is_dir())

    def _tars(self) -> list[Path]:
        return sorted(self.root.glob("*.tar"))

    def content(self) -> str:
        """A digest of the names and sizes of the pictures, and of what tar samples say.

        Sizes stand for the bytes: a pool may be too large to be read whole before every run.
        """
        pictures = [path for folder in self._folders() for path in _pictures(folder)]
        sizes = [(ascii(str(path.relative_to(self.root))), path.stat().st_size) for path in pictures]
        samples = [
            (ascii(tar.name), ascii(one.member), one.size, one.category, one.caption)
            for tar in self._tars()
            for one in samples_of(tar, self.category, self.caption).values()
        ]
        return fingerprint(sizes, samples)

    def _in_folders(self, ask: Ask) -> Iterator[tuple[str, str]]:
        folders = self._folders()
        names = pa.array([shown(folder.name) for folder in folders], pa.string())
        for folder, own in zip(folders, matches(names, names, ask).to_pylist(), strict=True):
            yield from ((file_url(path), shown(path.stem)) for path in (_pictures(folder) if own else ()))

    def _in_tars(self, ask: Ask) -> Iterator[tuple[str, str]]:
        for tar in self._tars():
            samples = list(samples_of(tar, self.category, self.caption).values())
            categories = pa.array([one.category for one in samples], pa.string())
            captions = pa.array([one.caption for one in samples], pa.string())
            for one, own in zip(samples, matches(categories, captions, ask).to_pylist(), strict=True):
                if own:
                    yield file_url(tar, one.member), one.caption or shown(one.member)

    def places(self, ask: Ask) -> Iterator[tuple[str, str]]:
        """The address and title of each picture that answers: folders by name, then tars by name in their order."""
        yield from self._in_folders(ask)
        yield from self._in_tars(ask)

    def _extent(self, path: Path, member: str) -> tuple[int, int | None]:
        if not path.is_file():
            raise _gone()
        if not member:
            return 0, None
        try:
            sample = samples_of(path, self.category, self.caption).get(member)
        except (BadInput, OSError):
            sample = None
        if sample is None:
            raise _gone()
        return sample.offset, sample.size

    def read(self, url: str, cap: int) -> bytes:
        """The bytes behind an address that `places` gave; Refused for any other, over `cap` bytes, or gone.

        Where links lead is what counts: out of the root, nothing is read.
        """
        given, member = place_of(url)
        path = Path(os.path.realpath(given))
        if not path.is_relative_to(self.root):
            raise Refused(FetchReason.BAD_URL, "outside the pool")
        if given.suffix.lower() not in ((".tar",) if member else PICTURES):
            raise Refused(FetchReason.BAD_URL, "no picture of the pool")
        offset, size = self._extent(path, member)
        data = _bytes(path, offset, cap + 1 if size is None else min(size, cap + 1))
        if len(data) > cap:
            raise Refused(FetchReason.TOO_LARGE, f"over {cap} bytes")
        return data
