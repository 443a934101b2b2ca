"""The page that a person looks at before money is spent."""

import re

from storage.records import AnswerReason, NameReason, Neighbor, Relation, TargetClass, Unanswered
from tasks.neighbors.review.page import blocks, render_page

CLASSES = [TargetClass(0, "lemon", 5, 0, 0), TargetClass(1, "leek", 2, 0, 0)]
LIME = Neighbor("lime", (0,), Relation.SIBLING, ("lime fruit",), "green", None, "", "m", "p", 1, 0.51)
YUZU = Neighbor("yuzu", (0, 1), Relation.SIBLING, ("yuzu",), "round", None, "", "m", "p", 0)
EVIL = Neighbor("<script>x</script>", (0,), Relation.SIBLING, (), "", NameReason.NOT_A_NAME, "'<'", "m", "p", 2)
SILENT = Unanswered(1, AnswerReason.REFUSED, "I'd rather not")


def _page() -> str:
    return render_page("limes", "runs/names.csv", [LIME, YUZU, EVIL], CLASSES, [SILENT], ["dictionary: no"])


def test_every_class_shows_its_names_by_rank() -> None:
    """Kept and dropped apart; a name of two classes stands under both; a class without an answer says why."""
    lemon, leek = blocks([LIME, YUZU, EVIL], CLASSES, [SILENT])
    assert [row.name for row in lemon.kept] == ["yuzu", "lime"]
    assert [row.name for row in lemon.dropped] == [EVIL.name]
    assert [row.name for row in leek.kept] == ["yuzu"]
    assert leek.unanswered == "refused: I'd rather not"


def test_the_page_says_what_to_do() -> None:
    """It names the sheet, counts what is kept, and tells the bounds that the names were vetted by."""
    page = _page()
    assert "2 names are kept for 2 classes" in page
    assert "runs/names.csv" in page
    assert "dictionary: no" in page
    assert "0.51" in page


def test_what_strangers_wrote_is_only_text() -> None:
    """No script gets in, and the policy would run none."""
    page = _page()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src &#39;none&#39;")
