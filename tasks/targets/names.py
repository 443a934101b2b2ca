"""The classes by name: written as people write them, and chosen by the recipe."""

import difflib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from storage.errors import BadInput


@dataclass(frozen=True, slots=True)
class NamedClass:
    """A class as its data set knows it: `id` in the lists, `written` in the class-name file or as a folder.

    The rest is what a CSV says of it beside its name.
    """

    id: int
    written: str
    aliases: tuple[str, ...] = ()
    definition: str = ""
    taxonomy: str = ""


def spoken(written: str) -> str:
    """The name as people write it: "Golden-Delicious" is "golden delicious".

    Hyphens and underscores become spaces. A word goes to lower case unless a letter after
    its first is a capital, as in iPod, BMW or McIntosh.
    """
    words = written.replace("-", " ").replace("_", " ").split()
    return " ".join(word if word[1:] != word[1:].lower() else word.lower() for word in words)


def names_in(written: str) -> tuple[str, ...]:
    """The spoken names that commas divide, as in "tench, Tinca tinca": the class's own, then its aliases."""
    return tuple(name for part in written.split(",") if (name := spoken(part))) or (spoken(written),)


def names_by_id(named: Sequence[NamedClass]) -> dict[int, str]:
    """What each class is called, by id: its first name, or all that is written where another's first is the same."""
    names = {one.id: names_in(one.written) for one in named}
    first = Counter(its[0] for its in names.values())
    return {number: its[0] if first[its[0]] == 1 else ", ".join(its) for number, its in names.items()}


def other_names(one: NamedClass, name: str) -> tuple[str, ...]:
    """The class's spoken aliases beside the name that it is called by, each once: as it is written, then its CSV's."""
    others = dict.fromkeys([*names_in(one.written)[1:], *(spoken(alias) for alias in one.aliases)])
    return tuple(other for other in others if other not in ("", name))


def _by_spelling(named: Sequence[NamedClass]) -> dict[str, list[NamedClass]]:
    """The classes that a recipe may mean by a text: the one written so, else those whose first name it is."""
    first = defaultdict(list)
    for one in named:
        first[one.written.partition(",")[0].strip()].append(one)
    return {**first, **{one.written: [one] for one in named}}


def _meant(place: int, name: str, spellings: dict[str, list[NamedClass]]) -> NamedClass:
    where = f"targets.classes[{place}]"
    if name not in spellings:
        near = difflib.get_close_matches(name, spellings, n=1)
        mend = f"write {near[0]!r}" if near else "use a name from the class-name file, spelled as it is there"
        raise BadInput(f"{where}: there is no class {name!r}", mend)
    if len(meant := spellings[name]) > 1:
        whole = " or ".join(repr(one.written) for one in meant)
        raise BadInput(f"{where}: {name!r} begins the names of {len(meant)} classes", f"write {whole}")
    return meant[0]


def choose(named: Sequence[NamedClass], wanted: Sequence[str] | None) -> list[NamedClass]:
    """The classes that the recipe asks for, in its order; all of them where it asks for none.

    It may spell them as they are written, or up to the first comma.
    """
    if wanted is None:
        return list(named)
    spellings, chosen = _by_spelling(named), dict[int, NamedClass]()
    for place, name in enumerate(wanted):
        one = _meant(place, name, spellings)
        if one.id in chosen:
            raise BadInput(f"targets.classes[{place}]: {name!r} is there twice", "take one of them out")
        chosen[one.id] = one
    return list(chosen.values())
