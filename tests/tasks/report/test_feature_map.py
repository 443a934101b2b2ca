"""The feature map of a finished training, and the page around it."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from storage.manifest import open_stage, read_rows
from storage.records import Accuracy, ClassAccuracy, Confused, Split, Stage, StageRef
from tasks.report.arms import with_neighbors
from tasks.report.config import ReportConfig
from tasks.report.feature_map import FEWEST, feature_map
from tasks.report.gather import gather
from tasks.report.page_map import HEAD, HEIGHT, TAIL, WIDTH, FeatureMap
from tasks.report.site.write import render
from tests.tasks.report.stages import PICTURES, Tables, finish

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
GROUPS = (("many", 60), ("few", 3), *[("medium", 10)] * 8)
SHOWN = 4


def vectors(spread: float, shown: int = SHOWN, tail: int | None = None) -> bytes:
    """A features file: classes 0 and 1 so far apart, the others around them; so many pictures each, `tail` of 1."""
    rng = np.random.default_rng(1)
    counts = [shown, shown if tail is None else tail, *[shown] * (len(GROUPS) - 2)]
    labels = np.repeat(np.arange(len(GROUPS)), counts)
    centers = np.eye(len(GROUPS))[:, ::-1].copy()
    centers[1] = centers[0] + spread * centers[1]
    points = centers[labels] + 0.1 * rng.normal(size=(len(labels), len(GROUPS)))
    return safetensors.numpy.save({"features": points.astype(np.float16), "labels": labels})


def trained(root: Path, files: Mapping[str, bytes | None], names: Mapping[int, str] | None = None) -> StageRef:
    """A finished training of these arms with their features, or of an older one without; class 0 is taken for 1."""
    folder = open_stage(str(root), Stage.TRAIN, 1, None)
    called = [(names or {}).get(label, f"class {label}") for label in range(len(GROUPS))]
    parts = []
    for place, (arm, data) in enumerate(files.items()):
        classes = [
            ClassAccuracy(arm, label, called[label], group, train, 1, 40) for label, (group, train) in enumerate(GROUPS)
        ]
        wrong = [Confused(arm, 0, called[0], 1, called[1], 7 - 5 * place, shares_neighbor=True)]
        told = [Accuracy(arm, "all", 0.5, len(GROUPS), split) for split in (Split.VAL, Split.TEST)]
        written = [
            folder.write_rows(str(place), told, Accuracy), folder.write_rows(str(place), classes, ClassAccuracy),
            folder.write_rows(str(place), wrong, Confused),
        ]  # fmt: skip
        if data is not None:
            written.append(folder.write_file(f"{arm}.features.safetensors", "features", data))
        parts.append(folder.seal_part(str(place), written, Counter(arms=1), 1))
    return folder.seal(parts, len(parts), 1)


def drawn(root: Path, ref: StageRef) -> str:
    """The page on a run that ended with this training."""
    refs = [*finish(str(root), Tables((), ())), ref]
    return render(gather("limes", refs, PICTURES.__getitem__, ReportConfig()))


@pytest.fixture(scope="module")
def ref(tmp_path_factory: pytest.TempPathFactory) -> StageRef:
    """Two arms, of which the second tells class 0 and class 1 apart; a hostile name each."""
    files = {"targets_only": vectors(0.0), "silenced": vectors(2.0)}
    return trained(tmp_path_factory.mktemp("trained"), files, {0: HOSTILE, 1: f"tail {HOSTILE}"})


@pytest.fixture(scope="module")
def told(ref: StageRef) -> FeatureMap:
    """Its map."""
    found = mapped(ref)
    assert found is not None
    return found


def mapped(ref: StageRef) -> FeatureMap | None:
    """The map of a training by its own tables."""
    return feature_map(ref, read_rows(ref, ClassAccuracy), read_rows(ref, Confused))


def test_both_arms_show_the_pair(told: FeatureMap) -> None:
    """The same pictures in both, each in the plane, the head left of the tail."""
    assert [panel.arm for panel in told.panels] == ["targets_only", "silenced"]
    assert (told.head.name, told.tail.name, told.by_means) == (HOSTILE, f"tail {HOSTILE}", False)
    assert (told.head.train, told.tail.train, told.head.test, told.head.shown) == (60, 3, 40, SHOWN)
    for panel in told.panels:
        assert [one.kind for one in panel.points] == [HEAD] * SHOWN + [TAIL] * SHOWN
        assert all(0 <= one.x <= WIDTH and 0 <= one.y <= HEIGHT for one in panel.points)
        left, right = (np.mean([one.x for one in panel.points if one.kind == kind]) for kind in (HEAD, TAIL))
        assert left < right


def test_the_numbers_beside_the_map_are_the_features_and_the_answers(told: FeatureMap) -> None:
    """Mixed heaps before, apart after, and fewer wrong answers."""
    before, after = told.panels
    assert before.own < 0.9
    assert after.own == 1
    assert (before.confused, after.confused) == (7, 2)


def test_the_map_is_the_same_on_repeat(ref: StageRef, told: FeatureMap) -> None:
    """Nothing of it is drawn by chance."""
    assert mapped(ref) == told


def test_the_page_shows_it_and_escapes_names(ref: StageRef, tmp_path: Path) -> None:
    """Both panels, a mark a point, the caption, and names as text alone."""
    page = drawn(tmp_path, ref)
    section = page.partition('<section id="map">')[2].partition("</section>")[0]
    assert section.count('<circle class="point head"') == 2 * SHOWN + 1, "and one in the legend"
    assert section.count('<path class="point tail"') == 2 * SHOWN + 1
    assert "UMAP keeps neighborhoods, not distances" in section
    assert "7 of 80 taken for the other" in section
    assert "<script>" not in page, "those of the site have addresses"
    assert "<img" not in section
    assert section.count("&lt;script&gt;") == 2, "both names, in the legend"


@pytest.mark.parametrize(
    "files",
    [
        {"targets_only": vectors(0.0)},
        {"silenced": vectors(0.0), "unsilenced": vectors(1.0)},
        {"targets_only": vectors(0.0), "shuffled": vectors(1.0)},
        {"targets_only": None, "silenced": None},
        {"targets_only": vectors(0.0), "silenced": None},
        {"targets_only": vectors(0.0, shown=0), "silenced": vectors(0.0, shown=0)},
    ],
    ids=["one arm", "no targets only", "a control", "an older stage", "half of one", "no test split"],
)
def test_what_cannot_be_compared_has_no_map(files: Mapping[str, bytes | None], tmp_path: Path) -> None:
    """The page stands without it."""
    page = drawn(tmp_path, trained(tmp_path / "trained", files))
    assert 'id="map"' not in page
    assert 'href="#map"' not in page
    assert 'id="accuracy"' in page


@pytest.mark.parametrize(("shown", "tail"), [(1, 1), (2, FEWEST - 3), (FEWEST, 1)])
def test_a_pair_of_few_pictures_is_named_without_a_map(shown: int, tail: int, tmp_path: Path) -> None:
    """In all, or of one of the two, whose only picture has no mean of others; the page says why."""
    files = {"targets_only": vectors(0.0, shown, tail), "silenced": vectors(2.0, shown, tail)}
    page = drawn(tmp_path, trained(tmp_path / "trained", files))
    assert "too few test pictures for a map" in page
    assert "UMAP" not in page


def test_the_arm_after_is_the_method_or_the_last_with_neighbors() -> None:
    """A control never is."""
    assert with_neighbors(["targets_only", "silenced", "silenced_0"]) == "silenced"
    assert with_neighbors(["targets_only", "unsilenced", "silenced_0", "random"]) == "silenced_0"
    assert with_neighbors(["targets_only", "shuffled"]) is None
