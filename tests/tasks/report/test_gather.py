"""The report says what the tables of the stages say."""

from dataclasses import replace
from pathlib import Path

import pytest

from storage.records import Accuracy, DropReason, Split, Stage
from tasks.report.config import ReportConfig
from tasks.report.gather import gather
from tasks.report.page import Report, Score
from tasks.report.samples import web_link
from tasks.report.training import accuracy_table
from tests.tasks.report.stages import PICTURES, Tables, crawled, decision, finish
from vision.inline import data_uri

CONFIG = ReportConfig(samples=2, thumbnail=64)
ROWS = [crawled(number) for number in range(6)]
DECISIONS = [
    *(decision(row, similarity=0.6 + 0.05 * row.rank) for row in ROWS[:4]),
    decision(ROWS[4], DropReason.LEAK),
    decision(ROWS[5], DropReason.UNLIKE_PARENTS, 0.1),
]


def _gather(root: Path, tables: Tables, config: ReportConfig = CONFIG) -> Report:
    return gather("limes", finish(str(root), tables), PICTURES.__getitem__, config)


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """A run before training."""
    return _gather(tmp_path, Tables(ROWS, DECISIONS))


def test_the_funnel_counts_in_and_out(report: Report) -> None:
    """Stages stand in order; what is taken in is counted from the rows, empty outcomes are left out."""
    assert [(step.stage, step.taken, step.handed) for step in report.steps] == [
        ("targets", None, 9),
        ("neighbors", 3, 1),
        ("crawl", 6, 6),
        ("select", 6, 4),
    ]
    assert [outcome.name for outcome in report.steps[1].outcomes] == ["is_target", "kept"]
    assert report.tokens == 1234


def test_every_target_shows_its_neighbors_and_what_was_dropped(report: Report) -> None:
    """A neighbor of two targets stands under both, with its yield; a class without an answer says why."""
    lemon, orange, leek = report.targets
    assert [(line.name, line.others, line.fetched, line.kept) for line in lemon.neighbors] == [
        ("lime", ("orange",), 6, 4)
    ]
    assert [(line.name, line.others) for line in orange.neighbors] == [("lime", ("lemon",))]
    assert [(name.name, name.reason, name.detail) for name in lemon.dropped] == [
        ("Lemons", "is_target", "the target class lemon")
    ]
    assert leek.unanswered == "refused: no names"
    assert lemon.kept == 4
    assert report.neighbor_count == 1


def test_galleries_count_all_and_show_some(report: Report) -> None:
    """Every way that occurs has a gallery: kept first, at most as many samples as the recipe says."""
    assert [(one.name, one.kept, one.count, len(one.samples)) for one in report.galleries] == [
        ("kept", True, 4, 2),
        ("unlike_parents", False, 1, 1),
        ("leak", False, 1, 1),
    ]
    kept = report.galleries[0].samples
    assert kept[0].similarity > kept[1].similarity
    assert all(sample.image.startswith("data:image/jpeg;base64,") for sample in kept)
    assert (kept[0].creator, kept[0].license) == ("Ann", "cc-by")
    leak = report.galleries[2].samples[0]
    assert (leak.copy_of, leak.copy_score) == ("test:lemon.jpg", 0.97)
    assert leak.twin == data_uri(PICTURES["d-blue"], 64), "the target picture that it copies stands beside it"
    assert {sample.twin for sample in kept} == {""}
    assert (report.kept_count, report.dropped_count) == (4, 2)


def test_the_sample_does_not_depend_on_the_order_of_rows(report: Report, tmp_path: Path) -> None:
    """The same decisions in another order show the same pictures."""
    again = _gather(tmp_path / "again", Tables(ROWS[::-1], DECISIONS[::-1]))
    assert again.galleries == report.galleries


def test_a_picture_that_cannot_be_decoded_has_no_thumbnail(tmp_path: Path) -> None:
    """The sample stands without its picture."""
    row = crawled(1, "d-broken")
    report = _gather(tmp_path, Tables([row], [decision(row, DropReason.UNREADABLE)]))
    assert report.galleries[0].samples[0].image == ""


def test_accuracy_is_absent_before_training(report: Report, tmp_path: Path) -> None:
    """The curation report comes first; the table joins it when training has run."""
    assert report.training is None
    rows = [Accuracy("silenced", "all", 0.5, 3), Accuracy("silenced", "few", 0.25, 1)]
    trained = _gather(tmp_path / "trained", Tables(ROWS, DECISIONS, rows))
    assert trained.training is not None
    assert trained.training.sizes == (3, 0, 0, 1)
    assert trained.training.arms[0].scores == (Score(0.5, True), None, None, Score(0.25, True))
    assert [(place.what, "train" in place.uri) for place in trained.places] == [("checkpoint", True)]


def test_without_a_test_split_the_report_tells_of_validation(tmp_path: Path) -> None:
    """A data set may come without one; what was trained is then told all the same, and by its name."""
    rows = [Accuracy("silenced", "all", 0.5, 3, Split.VAL)]
    report = _gather(tmp_path, Tables(ROWS, DECISIONS, rows))
    assert report.training is not None
    assert report.training.judged_on == "validation"
    assert report.training.arms[0].scores[0] == Score(0.5, True)


def test_the_best_arm_of_each_group_is_marked() -> None:
    """Arms keep their order; ties are best together."""
    rows = [
        Accuracy(arm, group, accuracy, 1)
        for arm, group, accuracy in (("b", "all", 0.4), ("b", "few", 0.4), ("a", "all", 0.6), ("a", "few", 0.4))
    ]
    table = accuracy_table(rows)
    assert [arm.name for arm in table] == ["b", "a"]
    assert [[bool(score and score.best) for score in arm.scores] for arm in table] == [
        [False, False, False, True],
        [True, False, False, True],
    ]


def test_a_duplicate_stands_beside_what_it_copies(tmp_path: Path) -> None:
    """The picture that was kept in its place is shown, from the store."""
    first, second = crawled(1, "d-blue"), crawled(2)
    copy = replace(decision(second, DropReason.DUPLICATE), copy_of=decision(first).key, copy_score=0.99)
    report = _gather(tmp_path, Tables([first, second], [decision(first), copy]))
    assert report.galleries[1].samples[0].twin == data_uri(PICTURES["d-blue"], 64)


def test_a_target_picture_that_has_moved_is_left_out(tmp_path: Path) -> None:
    """The leak is told all the same."""
    refs = finish(str(tmp_path), Tables(ROWS, DECISIONS))
    (tmp_path / "lemon.jpg").unlink()
    report = gather("limes", refs, PICTURES.__getitem__, CONFIG)
    assert (report.galleries[2].samples[0].twin, report.galleries[2].samples[0].copy_of) == ("", "test:lemon.jpg")


def test_a_report_on_nothing_is_empty() -> None:
    """No stage has run: nothing to show, nothing to fail on."""
    empty = gather("nothing", [], PICTURES.__getitem__, CONFIG)
    assert (empty.steps, empty.targets, empty.galleries, empty.training, empty.places) == ((), (), (), None, ())


def test_thumbnails_keep_their_shape_and_bytes() -> None:
    """The longer side is as asked, and the same picture gives the same text."""
    first = data_uri(PICTURES["d-blue"], 60)
    assert first == data_uri(PICTURES["d-blue"], 60)
    assert first != data_uri(PICTURES["d-green"], 60)


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("HTTP://a.example", "HTTP://a.example"),
        ("javascript:alert(1)", ""),
        (" javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_are_links(url: str, link: str) -> None:
    """A landing page comes from strangers; any other scheme could run something."""
    assert web_link(url) == link


def test_stages_may_be_given_in_any_order(tmp_path: Path) -> None:
    """The funnel follows the pipeline, not the caller."""
    refs = finish(str(tmp_path), Tables(ROWS, DECISIONS))
    turned = gather("limes", refs[::-1], PICTURES.__getitem__, CONFIG)
    assert [step.stage for step in turned.steps] == [Stage.TARGETS, Stage.NEIGHBORS, Stage.CRAWL, Stage.SELECT]
