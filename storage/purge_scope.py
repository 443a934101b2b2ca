"""What a request to take pictures down comes to: the pictures that it names, and those that go with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.purge_search import redirected
from storage.takedown import Sighting, TakenDown, records_under, union


@dataclass(frozen=True, slots=True)
class Scope:
    """`asked` are the URLs that the request names, by whatever name, and `copies` those of the same pictures.

    `ours` is all that the request covers, and `taken` what goes: with it what earlier records say, so that a
    purge that was killed is finished; nothing where no digest is known. `recorded` says that some of
    it had been taken down before, `record` is what is to be written down.
    """

    asked: tuple[str, ...]
    copies: tuple[str, ...]
    ours: TakenDown
    taken: TakenDown
    recorded: bool
    record: TakenDown


def spread(asked: TakenDown, seen: Iterable[Sighting]) -> TakenDown:
    """What was asked, with the URLs and digests of every picture it covers, and of every copy of those."""
    held, taken = list(seen), asked
    while True:
        hits = [one for one in held if taken.covers(one)]
        digests: frozenset[str] = frozenset().union(*(one.digests for one in hits))
        grown = taken | TakenDown.of((one.url for one in hits), digests=digests)
        if grown == taken:
            return taken
        taken = grown


def _taken_before(records: Iterable[TakenDown], wanted: TakenDown) -> bool:
    """Whether a picture was found, not only noted, when any of it was taken down before."""
    return any(one.urls and one.digests for one in records if one.shares(wanted))


def _to_record(ours: TakenDown, taken: TakenDown, known: TakenDown) -> TakenDown:
    """Whole where any of it is new: what belongs together is found together after a kill."""
    news = (ours | taken) - known
    return ours | news if news else TakenDown()


def scope_of(root: str, wanted: TakenDown, seen: Sequence[Sighting]) -> Scope:
    """What was asked for, among all pictures that were seen under a data root."""
    wanted |= TakenDown.of(redirected(root, wanted.urls))
    records, ours = records_under(root), spread(wanted, seen)
    known, recorded = union(records), _taken_before(records, wanted)
    taken = spread(wanted | known, seen) if ours.digests or recorded else TakenDown()
    asked = {one.url for one in seen if wanted.covers(one)}
    copies = {one.url for one in seen if ours.covers(one)} - asked
    record = _to_record(ours, taken, known)
    return Scope(tuple(sorted(asked)), tuple(sorted(copies)), ours, taken, recorded, record)
