"""The feature map: a head and a tail class that targets alone confuse, before and after neighbors."""

from collections.abc import Sequence

import numpy as np

from storage.records import ClassAccuracy, Confused, StageRef
from tasks.report.arms import ALONE, with_neighbors
from tasks.report.feature_files import Features, Points, read_features
from tasks.report.feature_pair import Pair, choose, taken_for
from tasks.report.feature_plane import fitted, nearer_to_own, project, turned
from tasks.report.page_map import HEAD, HEIGHT, TAIL, WIDTH, FeatureMap, MapClass, MapPoint, Panel

FEWEST = 5
"""Test pictures of the pair that a map needs."""


def _place(head: Points, tail: Points) -> tuple[MapPoint, ...]:
    """The points of both classes in the plane of a panel, in a map of their own."""
    plane = project(np.concatenate([head, tail]))
    plane = fitted(turned(plane, plane[: len(head)], plane[len(head) :]), WIDTH, HEIGHT)
    kinds = [HEAD] * len(head) + [TAIL] * len(tail)
    return tuple(MapPoint(round(x, 1), round(y, 1), kind) for (x, y), kind in zip(plane.tolist(), kinds, strict=True))


def _panel(arm: str, features: Features, pair: Pair, confused: Sequence[Confused]) -> Panel:
    head, tail = features.of(pair.head.label), features.of(pair.tail.label)
    count = taken_for(confused, arm)[frozenset((pair.head.label, pair.tail.label))]
    return Panel(arm, count, nearer_to_own(head, tail), _place(head, tail))


def _class(row: ClassAccuracy, features: Features) -> MapClass:
    return MapClass(row.name, row.group, row.train, row.pictures, len(features.of(row.label)))


def feature_map(train: StageRef, classes: Sequence[ClassAccuracy], confused: Sequence[Confused]) -> FeatureMap | None:
    """The map of a finished training; None without targets alone, an arm with neighbors, and the features of both.

    It has no panels where the pair has fewer than FEWEST test pictures, or a class of it fewer than two.
    """
    arms = list(dict.fromkeys(row.arm for row in classes))
    after = with_neighbors(arms)
    if ALONE not in arms or after is None:
        return None
    held = {arm: features for arm in (ALONE, after) if (features := read_features(train, arm)) is not None}
    judged = [row for row in classes if row.arm == ALONE and row.pictures]
    if len(held) < 2 or (pair := choose(judged, taken_for(confused, ALONE), held[ALONE])) is None:
        return None
    head, tail = (_class(row, held[ALONE]) for row in (pair.head, pair.tail))
    enough = head.shown + tail.shown >= FEWEST and min(head.shown, tail.shown) > 1
    panels = (_panel(arm, held[arm], pair, confused) for arm in held if enough)
    return FeatureMap(head, tail, pair.confused == 0, ALONE, tuple(panels))
