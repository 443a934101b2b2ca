"""Where a run's pictures are looked up, and samples of verdicts with theirs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from storage import filesystem
from storage.records import Crawled, Decision, Split, TargetPicture
from tasks.report.page import Sample
from vision.inline import data_uri


@dataclass(frozen=True, slots=True)
class Album:
    """Where pictures are looked up: candidates by key or digest in the store, target pictures in their files."""

    read_picture: Callable[[str], bytes]
    digests: Mapping[str, str]
    targets: Mapping[str, str]
    portraits: Mapping[int, str]
    side: int

    @classmethod
    def of(
        cls,
        crawled: Iterable[Crawled],
        listed: Sequence[TargetPicture],
        read_picture: Callable[[str], bytes],
        side: int,
    ) -> "Album":
        """The album of a run's rows; a class's portrait is its first training picture."""
        named = [(row, f"{row.split}:{row.key}") for row in listed]
        return cls(
            read_picture,
            {row.key: row.digest for row in crawled if row.digest},
            {name: row.path for row, name in named},
            {row.label: name for row, name in reversed(named) if row.split is Split.TRAIN},
            side,
        )

    def image(self, decision: Decision) -> str:
        """The candidate as a data URI."""
        return data_uri(self.read_picture(decision.digest), self.side)

    def twin(self, decision: Decision) -> str:
        """The picture that the candidate copies; empty where it copies none, or it cannot be shown."""
        if digest := self.digests.get(decision.copy_of):
            return data_uri(self.read_picture(digest), self.side)
        return self.target(decision.copy_of)

    def portrait(self, label: int) -> str:
        """A training picture of a target class as a data URI; empty where it cannot be shown."""
        return self.target(self.portraits.get(label, ""))

    def target(self, name: str) -> str:
        """A target picture by its "split:key" as a data URI; empty where there is none."""
        path = self.targets.get(name)
        # A data set may have moved since it was listed; the page does without such a picture.
        return data_uri(filesystem.read_bytes(path), self.side) if path and filesystem.exists(path) else ""


def web_link(url: str) -> str:
    """The URL where a browser may follow it; empty for any scheme but http and https."""
    return url if url.lower().startswith(("http://", "https://")) else ""


def _chosen(decisions: Sequence[Decision], count: int) -> list[Decision]:
    # A key is a digest, so the first by key are a fair sample, and the same one every time.
    sample = sorted(decisions, key=lambda decision: decision.key)[:count]
    return sorted(sample, key=lambda decision: (-decision.similarity, decision.key))


def _sample(decision: Decision, album: Album) -> Sample:
    return Sample(
        album.image(decision), album.twin(decision), decision.neighbor, decision.similarity, decision.copy_of,
        decision.copy_score, decision.detail,
    )  # fmt: skip


def samples(decisions: Sequence[Decision], album: Album, count: int) -> list[Sample]:
    """At most `count` of the verdicts, the most similar pictures first."""
    return [_sample(one, album) for one in _chosen(decisions, count)]
