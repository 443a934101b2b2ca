"""A pool of pictures on disk: folders named like categories, and WebDataset tars beside them."""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from storage.errors import BadInput
from storage.fingerprint import fingerprint
from storage.picture_names import SUFFIXES
from storage.records import FetchReason
from tasks.crawl.guard import Refused
from tasks.crawl.sources.ask import Ask
from tasks.crawl.sources.file_urls import file_url, place_of, shown
from tasks.crawl.sources.matching import Matcher
from tasks.crawl.sources.pool_files import bytes_at, gone, pictures_in, size_of
from tasks.crawl.sources.tar_samples import samples_of

Found = tuple[int, list[tuple[str, str]]]
"""The index of an ask, and the address and title of the next pictures that answer it."""


@dataclass(frozen=True, slots=True)
class Pool:
    """`root/<category>/**/*.jpg` and `root/*.tar`; `category` and `caption` are fields of a tar sample's .json."""

    root: Path
    category: str
    caption: str

    def _folders(self) -> list[Path]:
        try:
            return sorted(path for path in self.root.iterdir() if os.path.isdir(path))
        except OSError as error:
            mend = "let the crawl read `root` of the local source"
            raise BadInput(f"{self.root} cannot be listed: {error}", mend) from error

    def _tars(self) -> list[Path]:
        return sorted(self.root.glob("*.tar"))

    def content(self) -> str:
        """A digest of the names and sizes of the pictures, and of what tar samples say.

        Sizes stand for the bytes: a pool may be too large to be read whole before every run.
        """
        sizes = [
            (ascii(str(path.relative_to(self.root))), size)
            for folder in self._folders()
            for path in pictures_in(folder)
            if (size := size_of(path)) is not None
        ]
        samples = [
            (ascii(tar.name), ascii(one.member), one.size, one.category, one.caption)
            for tar in self._tars()
            for one in samples_of(tar, self.category, self.caption).values()
        ]
        return fingerprint(sizes, samples)

    def _in_folders(self, matcher: Matcher) -> Iterator[Found]:
        folders = self._folders()
        names = pa.array([shown(folder.name) for folder in folders], pa.string())
        owners: defaultdict[int, list[int]] = defaultdict(list)
        for index, places in matcher.matches(names, names):
            for place in places:
                owners[place].append(index)
        for place in sorted(owners):
            found = [(file_url(path), shown(path.stem)) for path in pictures_in(folders[place])]
            yield from ((index, found) for index in owners[place])

    def _in_tars(self, matcher: Matcher) -> Iterator[Found]:
        for tar in self._tars():
            samples = list(samples_of(tar, self.category, self.caption).values())
            categories = pa.array([one.category for one in samples], pa.string())
            captions = pa.array([one.caption for one in samples], pa.string())
            for index, places in matcher.matches(categories, captions):
                own = [samples[place] for place in places]
                yield index, [(file_url(tar, one.member), one.caption or shown(one.member)) for one in own]

    def places(self, asks: Sequence[Ask]) -> Iterator[Found]:
        """What answers each ask, bit by bit: folders by name, then tars by name, each looked into once for all asks."""
        matcher = Matcher(asks)
        yield from self._in_folders(matcher)
        yield from self._in_tars(matcher)

    def _extent(self, path: Path, member: str) -> tuple[int, int | None]:
        if not os.path.isfile(path):
            raise gone()
        if not member:
            return 0, None
        try:
            sample = samples_of(path, self.category, self.caption).get(member)
        except BadInput:
            sample = None
        if sample is None:
            raise gone()
        return sample.offset, sample.size

    def read(self, url: str, cap: int) -> bytes:
        """The bytes behind an address that `places` gave; Refused for any other, over `cap` bytes, or gone.

        Where links lead is what counts: out of the root, nothing is read.
        """
        given, member = place_of(url)
        path = Path(os.path.realpath(given))
        if not path.is_relative_to(self.root):
            raise Refused(FetchReason.BAD_URL, "outside the pool")
        if given.suffix.lower() not in ((".tar",) if member else SUFFIXES):
            raise Refused(FetchReason.BAD_URL, "no picture of the pool")
        offset, size = self._extent(path, member)
        data = bytes_at(path, offset, cap + 1 if size is None else min(size, cap + 1))
        if len(data) > cap:
            raise Refused(FetchReason.TOO_LARGE, f"over {cap} bytes")
        return data
