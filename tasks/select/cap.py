"""Which of several copies is kept, so that none is lost to a category that is full while another has room.

Every group of copies asks for a place with its best picture. A category that is full keeps those likest to its
parents, and the group that loses its place asks with its next picture: what comes of it is the same in whatever
order they ask. Source: D. Gale, L. S. Shapley, College admissions and the stability of marriage, 1962.
"""

from collections import defaultdict
from collections.abc import Sequence
from heapq import heappush, heappushpop

from storage.records import Decision


class _Later(str):
    """A key that comes first where it sorts last, so that of equally like pictures the first by key is held longest."""

    __slots__ = ()

    def __lt__(self, other: str, /) -> bool:
        return str.__gt__(self, other)


def kept_places(groups: Sequence[Sequence[Decision]], cap: int | None) -> list[int]:
    """The place of the picture that is kept of each group, which has the best first; those before it are over the cap.

    Past the last one where none is kept. No category keeps more than `cap`.
    """
    places = [0] * len(groups)
    if cap is None:
        return places
    held: dict[str, list[tuple[float, _Later, int]]] = defaultdict(list)  # a heap each, the least like first
    for start in range(len(groups)):
        group = start
        while places[group] < len(groups[group]):
            row = groups[group][places[group]]
            there, asked = held[row.neighbor], (row.similarity, _Later(row.key), group)
            if len(there) < cap:
                heappush(there, asked)
                break
            group = heappushpop(there, asked)[2]
            places[group] += 1
    return places
