"""What a run would do about one stage after the other; nothing is run."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum

from flows.planning.differences import differences
from flows.recipe import Recipe
from storage.errors import DamagedStore
from storage.latest import is_remembered, recall
from storage.manifest import Manifest, StageFolder, read_manifest
from storage.records import Stage, StageRef


class Due(StrEnum):
    """What a run would do about a stage; OPEN is decided by what comes out of the stages before it."""

    CACHED = "cached"
    STALE = "stale"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of one stage, by the name that its newest result is remembered by: what would be done, and why."""

    name: str
    due: Due
    why: tuple[str, ...] = ()


Trouble = Callable[[StageRef], tuple[str, ...]]
"""Why a whole result is made again all the same; empty for most."""


def _none(_: StageRef) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Look:
    """The stages that were looked at so far, and the newest result of each that has one."""

    recipe: Recipe
    refresh: Collection[Stage]
    seen: dict[str, Outlook] = field(default_factory=dict)
    refs: dict[str, StageRef] = field(default_factory=dict)

    def newest(self, name: str) -> Manifest | None:
        """The manifest of the newest result that is remembered by this name, where it is still there."""
        if not is_remembered(self.recipe.data_root, self.recipe.name, name):
            return None
        uri = recall(self.recipe.data_root, self.recipe.name, name).uri
        try:
            manifest = read_manifest(uri)
        except DamagedStore:
            return None
        return replace(manifest, ref=replace(manifest.ref, uri=uri))  # the root may have moved

    def _lacking(self, name: str, folder: StageFolder) -> tuple[str, ...]:
        """Why no whole result lies in the folder."""
        if newest := self.newest(name):
            return differences(folder, newest)
        gone = is_remembered(self.recipe.data_root, self.recipe.name, name)
        return ("its newest result is gone" if gone else "it was never finished",)

    def _due(self, name: str, folder: StageFolder, changing: Collection[str], trouble: Trouble) -> Outlook:
        whole = folder.sealed()
        if folder.stage in self.refresh:
            return Outlook(name, Due.STALE, ("it is to be refreshed",))
        if whole is None:
            return Outlook(name, Due.STALE, self._lacking(name, folder))
        if why := trouble(whole):
            return Outlook(name, Due.STALE, why)
        if changing:
            return Outlook(name, Due.OPEN, (f"cached if what {' and '.join(changing)} brings is what it was",))
        return Outlook(name, Due.CACHED)

    def at(
        self, name: str, folder: Callable[..., StageFolder], *made_of: str, trouble: Trouble = _none
    ) -> StageRef | None:
        """Look at a stage that is `made_of` others: as those came out last, where they are not whole.

        The result that lies in its folder, where there is one: also of a stage that is made again all the same.
        """
        if missing := [given for given in made_of if given not in self.refs]:
            self.seen[name] = Outlook(name, Due.STALE, (f"it waits for {', '.join(missing)}",))
            return None
        opened = folder(*(self.refs[given] for given in made_of))
        changing = [given for given in made_of if given in self.seen and self.seen[given].due is not Due.CACHED]
        self.seen[name] = self._due(name, opened, changing, trouble)
        whole = opened.sealed()
        if whole:
            self.refs[name] = whole
        elif newest := self.newest(name):
            self.refs[name] = newest.ref
        return whole
