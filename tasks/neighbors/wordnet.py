"""The nouns of a WordNet dictionary as its database files hold them (wndb(5WN)): Debian's wordnet-base, or any 3.x.

A sense ("synset") is named by its offset in data.noun, as ImageNet's ids are (n02084071).
"""

import hashlib
import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

from storage.errors import BadInput
from tasks.neighbors.spelling import plain

DEBIAN = "/usr/share/wordnet"
"""Where the package wordnet-base puts the dictionary."""

CONCRETE = frozenset({3, 5, 6, 8, 13, 17, 18, 19, 20, 27})
"""Lexicographer files of what can be photographed: tops, animal, artifact, body, food, object, person, ... ."""

Value = TypeVar("Value")

_FILES = ("index.noun", "data.noun", "noun.exc", "index.adj")
_ENDINGS = (
    ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"), ("men", "man"), ("ies", "y"), ("s", ""),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of a noun: the names that share it, and the senses above and below."""

    offset: int
    field: int
    names: tuple[str, ...]
    above: tuple[int, ...]
    below: tuple[int, ...]
    gloss: str

    @property
    def concrete(self) -> bool:
        """Whether it is a thing that can be photographed."""
        return self.field in CONCRETE


def _lines(path: Path) -> list[list[str]]:
    """The words of an index's lines; the license stands indented above them."""
    return [line.split() for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(" ")]


def _with_plain(held: dict[str, Value]) -> dict[str, Value]:
    """The same by lemma, and by the plain spelling of those that hold signs ("st._bernard"), which names come in."""
    signs = [lemma for lemma in reversed(held) if not lemma.replace("_", "").isalnum()]
    return {"_".join(plain(lemma.replace("_", " ")).split()): held[lemma] for lemma in signs} | held


def _nouns(path: Path) -> dict[str, tuple[int, ...]]:
    """Lemma -> offsets, the most frequent sense first."""
    return _with_plain({words[0]: tuple(int(each) for each in words[-int(words[2]) :]) for words in _lines(path)})


def _adjectives(path: Path) -> dict[str, bool]:
    """Lemma -> whether none of its senses pertains to a noun."""
    return {words[0]: "\\" not in words[4 : 4 + int(words[3])] for words in _lines(path)}


def _sense(line: str) -> Sense:
    data, _, gloss = line.partition(" | ")
    words = data.split()
    count = int(words[3], 16)
    names = tuple(name.replace("_", " ") for name in words[4 : 4 + 2 * count : 2])
    rest = words[5 + 2 * count :]
    pointers = [(symbol, int(offset)) for symbol, offset in zip(rest[::4], rest[1::4], strict=False)]
    above = tuple(offset for symbol, offset in pointers if symbol in ("@", "@i"))
    below = tuple(offset for symbol, offset in pointers if symbol in ("~", "~i"))
    return Sense(int(words[0]), int(words[1]), names, above, below, gloss.strip())


@dataclass(slots=True, eq=False, repr=False)
class WordNet:
    """An open dictionary; senses are read when they are asked for.

    `adjectives` says of each whether it describes ("tangy") or relates to something ("Burmese").
    """

    nouns: dict[str, tuple[int, ...]]
    exceptions: dict[str, str]
    adjectives: dict[str, bool]
    data: mmap.mmap
    digest: str
    _read: dict[int, Sense] = field(default_factory=dict)
    _above: dict[int, frozenset[int]] = field(default_factory=dict)

    def sense(self, offset: int) -> Sense:
        """The sense at an offset."""
        if offset not in self._read:
            end = self.data.find(b"\n", offset)
            self._read[offset] = _sense(self.data[offset:end].decode())
        return self._read[offset]

    def _forms(self, name: str) -> Iterator[str]:
        """The name as the index may spell it, then its last word in the singular."""
        lemma = "_".join(name.casefold().split())
        head, _, last = lemma.rpartition("_")
        before = f"{head}_" if head else ""
        joined = lemma.replace("_", "")
        yield from (lemma, lemma.replace("_", "-"), lemma.replace("-", "_"), joined)
        yield self.exceptions.get(lemma, before + self.exceptions.get(last, last))
        for form in (lemma, joined):
            yield from (form[: -len(ending)] + other for ending, other in _ENDINGS if form.endswith(ending))

    def senses(self, name: str) -> tuple[Sense, ...]:
        """The concrete meanings of a noun, the most frequent first; none where it has none or is not known."""
        for form in self._forms(name):
            found = (self.sense(offset) for offset in self.nouns.get(form, ()))
            if concrete := tuple(sense for sense in found if sense.concrete):
                return concrete
        return ()

    def ancestors(self, sense: Sense) -> frozenset[int]:
        """Offsets of all senses above this one, itself not among them."""
        if sense.offset not in self._above:
            above = [self.sense(offset) for offset in sense.above]
            self._above[sense.offset] = frozenset(sense.above).union(*(self.ancestors(each) for each in above))
        return self._above[sense.offset]


@cache
def _open(folder: str) -> WordNet:
    root = Path(folder)
    paths = [root / name for name in _FILES]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:16]
    exceptions = _with_plain({words[0]: words[1] for words in _lines(paths[2])})
    with paths[1].open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return WordNet(_nouns(paths[0]), exceptions, _adjectives(paths[3]), data, digest)


def open_wordnet(folder: str | None) -> WordNet | None:
    """The dictionary in a folder; "auto" takes Debian's if it is there; BadInput where a named one is none."""
    if folder is None or (folder == "auto" and not (Path(DEBIAN) / "data.noun").is_file()):
        return None
    place = DEBIAN if folder == "auto" else folder
    try:
        return _open(place)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BadInput(
            f"{place} holds no WordNet dictionary: there is no {error.filename}",
            "give the folder with data.noun and index.noun, such as the one of Debian's wordnet-base",
        ) from error
