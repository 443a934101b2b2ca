"""What two data sets have in common as one static page: no script, no network, every name escaped."""

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from storage.records import CopyKind, Leak
from tasks.select.compare.config import CompareConfig

_HERE = Path(__file__).parent

TOLD = {
    CopyKind.ALIGNED: "Laid over one another they are the same picture: resized, cropped, mirrored, compressed, gray.",
    CopyKind.SAME_BYTES: "The same file on both sides, byte for byte.",
}
"""The kinds of copies in the order of the page: what has to be looked at first."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the data sets: how many pictures it has, how many could not be read, and how many are copies."""

    name: str
    pictures: int
    unreadable: int
    copies: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A leak with both pictures as data URIs, empty where one cannot be shown."""

    leak: Leak
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Gallery:
    """Some of the pairs of one kind, and how many there are in all."""

    kind: CopyKind
    about: str
    count: int
    pairs: tuple[Pair, ...]


def galleries(
    leaks: Sequence[Leak], shown: int, a: Callable[[str], str], b: Callable[[str], str]
) -> tuple[Gallery, ...]:
    """The first pairs of each kind that occurs; `a` and `b` give the picture of a key as a data URI."""
    counts = Counter(leak.kind for leak in leaks)
    return tuple(
        Gallery(
            kind, about, counts[kind],
            tuple(Pair(leak, a(leak.a), b(leak.b)) for leak in [one for one in leaks if one.kind is kind][:shown]),
        )
        for kind, about in TOLD.items()
        if counts[kind]
    )  # fmt: skip


def render(a: Side, b: Side, same: bool, config: CompareConfig, groups: Sequence[Gallery]) -> str:
    """The page as HTML; `same` says that both sides are one data set."""
    css = (_HERE / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2").render(
        a=a, b=b, same=same, config=config, galleries=groups, css=css,
        policy=f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
    )  # fmt: skip
