"""The page's feature map, in plain values and in the units of its drawing."""

from dataclasses import dataclass

WIDTH, HEIGHT = 520, 400
"""Units of a panel's plane."""

HEAD, TAIL = "head", "tail"
"""Which of the two classes a point is of."""


@dataclass(frozen=True, slots=True)
class MapPoint:
    """One test picture; `kind` is HEAD or TAIL."""

    x: float
    y: float
    kind: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One arm's map.

    `confused` counts the pair's test pictures that the arm took for the other class; `own` is the share,
    in [0, 1], of the pair's pictures shown that lie nearer to their own class's mean than to the other's.
    """

    arm: str
    confused: int
    own: float
    points: tuple[MapPoint, ...]


@dataclass(frozen=True, slots=True)
class MapClass:
    """A class of the pair: its training and test pictures, and how many of these are shown."""

    name: str
    group: str
    train: int
    test: int
    shown: int


@dataclass(frozen=True, slots=True)
class FeatureMap:
    """A head and a tail class that the arm `before` confuses, as the features of two arms place them.

    Without panels the pair has too few test pictures to be mapped. `by_means` says that nothing was
    confused, and that the pair is the one of the nearest means.
    """

    head: MapClass
    tail: MapClass
    by_means: bool
    before: str
    panels: tuple[Panel, ...]
    width: int = WIDTH
    height: int = HEIGHT
