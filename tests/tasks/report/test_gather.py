"""The report says what the tables of the stages say."""

from dataclasses import replace
from pathlib import Path

import pytest

from storage.records import Accuracy, DropReason, ShardEntry, Split, Stage
from tasks.report.config import ReportConfig
from tasks.report.gather import Gathered, gather
from tasks.report.page import Outcome, Score
from tasks.report.samples import web_link
from tasks.report.site.pictures import Card, card
from tasks.report.training import accuracy_table
from tests.tasks.report.stages import PICTURES, Tables, crawled, decision, finish
from vision.inline import data_uri

CONFIG = ReportConfig(thumbnail=64)
ROWS = [crawled(number) for number in range(6)]
DECISIONS = [
    *(decision(row, similarity=0.6 + 0.05 * row.rank) for row in ROWS[:4]),
    decision(ROWS[4], DropReason.LEAK),
    decision(ROWS[5], DropReason.UNLIKE_PARENTS, 0.1),
]


def _gather(root: Path, tables: Tables, config: ReportConfig = CONFIG) -> Gathered:
    return gather("limes", finish(str(root), tables), PICTURES.__getitem__, config)


def _card(gathered: Gathered, reason: DropReason) -> Card:
    return card(next(one for one in gathered.decisions if one.reason is reason), gathered.rows)


def _shown(digest: str) -> str:
    return data_uri(PICTURES[digest], 64)


@pytest.fixture
def gathered(tmp_path: Path) -> Gathered:
    """A run before training."""
    return _gather(tmp_path, Tables(ROWS, DECISIONS))


def test_the_funnel_counts_in_and_out(gathered: Gathered) -> None:
    """Stages stand in order; what is taken in is counted from the rows, empty outcomes are left out."""
    assert [(step.stage, step.taken, step.handed) for step in gathered.report.steps] == [
        ("targets", None, 9),
        ("neighbors", 3, 1),
        ("crawl", 6, 6),
        ("select", 6, 4),
    ]
    assert [outcome.name for outcome in gathered.report.steps[1].outcomes] == ["is_target", "kept"]
    assert gathered.report.tokens == 1234
    assert gathered.report.seconds == 6.0


def test_the_overview_counts_what_was_kept(gathered: Gathered) -> None:
    """Licenses and sources are those of kept pictures alone."""
    report = gathered.report
    assert (report.targets, report.neighbors, report.kept, report.dropped, report.shown) == (3, 1, 4, 2, 6)
    assert report.licenses == (Outcome("cc-by", 4),)
    assert report.sources == (Outcome("openverse", 4),)


def test_every_target_shows_its_neighbors_and_what_was_dropped(gathered: Gathered) -> None:
    """A neighbor of two targets names both, with its yield; a class without an answer says why."""
    names = gathered.names
    assert [(one.name, one.unanswered) for one in names.targets] == [
        ("lemon", ""), ("orange", ""), ("leek", "refused: no names"),
    ]  # fmt: skip
    (lime,) = names.neighbors
    assert (lime.name, lime.parents, lime.fetched, lime.found) == ("lime", (0, 1), 6, True)
    assert lime.ended == {"kept": 4, "leak": 1, "unlike_parents": 1}
    assert [(one.name, one.parents, one.reason, one.detail) for one in names.dropped] == [
        ("Lemons", (0,), "is_target", "the target class lemon")
    ]
    assert gathered.labels == [0, 1, 2]


def test_a_leak_stands_beside_the_target_picture(gathered: Gathered) -> None:
    """With how surely it is one."""
    leak = _card(gathered, DropReason.LEAK)
    assert (leak.copy_of, leak.copy_score, leak.creator) == ("test:lemon.jpg", 0.97, "Ann")
    assert (leak.image, leak.twin) == (_shown("d-green"), _shown("d-blue"))


def test_a_target_picture_that_has_moved_is_left_out(tmp_path: Path) -> None:
    """The leak is told all the same."""
    refs = finish(str(tmp_path), Tables(ROWS, DECISIONS))
    (tmp_path / "lemon.jpg").unlink()
    leak = _card(gather("limes", refs, PICTURES.__getitem__, CONFIG), DropReason.LEAK)
    assert (leak.twin, leak.copy_of) == ("", "test:lemon.jpg")


def test_a_duplicate_stands_beside_what_it_copies(tmp_path: Path) -> None:
    """The picture that was kept in its place is shown, from the store."""
    first, second = crawled(1, "d-blue"), crawled(2)
    copy = replace(decision(second, DropReason.DUPLICATE), copy_of=decision(first).key, copy_score=0.99)
    told = _gather(tmp_path, Tables([first, second], [decision(first), copy]))
    assert _card(told, DropReason.DUPLICATE).twin == _shown("d-blue")


def test_a_picture_that_cannot_be_decoded_has_no_thumbnail(tmp_path: Path) -> None:
    """Its card stands without it."""
    row = crawled(1, "d-broken")
    told = _gather(tmp_path, Tables([row], [decision(row, DropReason.UNREADABLE)]))
    assert _card(told, DropReason.UNREADABLE).image == ""


def test_a_url_that_two_neighbors_found_is_told_by_the_row_of_each(tmp_path: Path) -> None:
    """Its key is one, its query and its place in a shard are those of the neighbor that it was judged for."""
    lime, yuzu = crawled(1), crawled(1, neighbor="yuzu", query="yuzu fruit")
    judged = [decision(lime, DropReason.DUPLICATE), replace(decision(yuzu), neighbor="yuzu")]
    packed = [ShardEntry(judged[1].key, "d-green", "yuzu", 512, 100, "a/shard-000000.tar")]
    told = _gather(tmp_path, Tables([lime, yuzu], judged, packed=packed))
    cards = [card(one, told.rows) for one in judged]
    assert [(one.query, one.shard, one.offset) for one in cards] == [
        ("lime fruit", "", 0), ("yuzu fruit", "a/shard-000000.tar", 512),
    ]  # fmt: skip


def test_accuracy_is_absent_before_training(gathered: Gathered, tmp_path: Path) -> None:
    """The curation report comes first; the table joins it when training has run."""
    assert (gathered.report.training, gathered.report.kind) == (None, "curation")
    rows = [Accuracy("silenced", "all", 0.5, 3), Accuracy("silenced", "few", 0.25, 1)]
    trained = _gather(tmp_path / "trained", Tables(ROWS, DECISIONS, rows)).report
    assert trained.training is not None
    assert trained.kind == "training"
    assert trained.training.sizes == (3, 0, 0, 1)
    assert trained.training.arms[0].scores == (Score(0.5, True), None, None, Score(0.25, True))
    assert [(place.what, "train" in place.uri) for place in trained.places] == [("checkpoint", True)]


def test_without_a_test_split_the_report_tells_of_validation(tmp_path: Path) -> None:
    """A data set may come without one; what was trained is then told all the same, and by its name."""
    rows = [Accuracy("silenced", "all", 0.5, 3, Split.VAL)]
    training = _gather(tmp_path, Tables(ROWS, DECISIONS, rows)).report.training
    assert training is not None
    assert training.judged_on == "validation"
    assert training.arms[0].scores[0] == Score(0.5, True)


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


def test_a_report_on_nothing_is_empty() -> None:
    """No stage has run: nothing to show, nothing to fail on."""
    empty = gather("nothing", [], PICTURES.__getitem__, CONFIG)
    assert (empty.report.steps, empty.shown, empty.report.training, empty.report.places) == ((), [], None, ())


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
    turned = gather("limes", refs[::-1], PICTURES.__getitem__, CONFIG).report
    assert [step.stage for step in turned.steps] == [Stage.TARGETS, Stage.NEIGHBORS, Stage.CRAWL, Stage.SELECT]
