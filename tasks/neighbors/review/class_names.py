"""Which class of the label set a person means who writes its name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from storage.records import TargetClass
from tasks.neighbors.spelling import words

Words = tuple[str, ...]


def _exact(name: str) -> str:
    return " ".join(name.split()).casefold()


def _spelled(named: Iterable[tuple[str, TargetClass]]) -> dict[Words, TargetClass]:
    return {spelled: target for name, target in named if (spelled := words(name))}


@dataclass(frozen=True, slots=True)
class ClassNames:
    """The classes by what they are called: letter for letter, by their own words, and by those of their aliases."""

    exact: Mapping[str, TargetClass]
    own: Mapping[Words, TargetClass]
    aliases: Mapping[Words, TargetClass]

    def named(self, name: str) -> TargetClass | None:
        """The class that is meant: `words` leave out what stands in parentheses, so the exact name goes first."""
        spelled = words(name)
        return self.exact.get(_exact(name)) or self.own.get(spelled) or self.aliases.get(spelled)


def class_names(classes: Sequence[TargetClass]) -> ClassNames:
    """The classes by their names: its own goes before another's alias, and the first class before a later one."""
    own = [(target.name, target) for target in reversed(classes)]
    aliases = [(alias, target) for target in reversed(classes) for alias in target.aliases]
    exact = {_exact(name): target for name, target in [*aliases, *own]}
    return ClassNames(exact, _spelled(own), _spelled(aliases))
