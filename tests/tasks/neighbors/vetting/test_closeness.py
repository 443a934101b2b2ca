"""A look at vetted names with the text tower of the tiny CLIP that the demo embeds with."""

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.herbarium.flora import draw_flora
from storage.records import NameReason, Neighbor, Relation, TargetClass
from tasks.neighbors.config import TextCheck
from tasks.neighbors.vetting.closeness import check_texts, text_digest
from vision.config import EncoderConfig

MODEL = Path(__file__).parents[4] / "sandbox" / "clip" / "model"
HALF = (0.5, 0.5, 0.5)
ENCODER = EncoderConfig(
    kind="open_clip", name="herbarium", checkpoint=str(MODEL), image_size=64, mean=HALF, std=HALF
)  # fmt: skip
GENUS, OTHER = draw_flora(0)[:2]
# Labels with gaps: a column of the cosines is no label.
CLASSES = [TargetClass(10 + 3 * at, species.name, 2, 0, 1) for at, species in enumerate(GENUS.targets + OTHER.targets)]
NEIGHBOR = GENUS.neighbors[0].name


def _check(alias_above: float = 0.97, unrelated_below: float = -1.0) -> TextCheck:
    return TextCheck(encoder=ENCODER, alias_above=alias_above, unrelated_below=unrelated_below, device="cpu")


def _row(name: str, *parents: int, relation: Relation = Relation.SIBLING) -> Neighbor:
    return Neighbor(name, parents or (CLASSES[0].label,), relation, (name,), "alike", None, "", "m", "p")


def test_a_name_that_a_model_reads_as_a_target_is_an_alias() -> None:
    """Another spelling of a target has cosine 1 to it, and the row names the target, the cosine and the bound."""
    (row,) = check_texts([_row(CLASSES[2].name.upper())], CLASSES, _check(0.99))
    assert row.reason is NameReason.IS_ALIAS
    assert row.detail == f"cosine 1.000 to {CLASSES[2].name}, vet.text.alias_above = 0.99"


def test_a_kept_name_has_its_closeness() -> None:
    """It is the cosine to the nearest of its parents, whatever other class is nearer, and the rest is unchanged."""
    far, near = CLASSES[-1].label, CLASSES[0].label
    (one,) = check_texts([_row(NEIGHBOR, far)], CLASSES, _check())
    (other,) = check_texts([_row(NEIGHBOR, near)], CLASSES, _check())
    (both,) = check_texts([_row(NEIGHBOR, near, far)], CLASSES, _check())
    assert one.closeness is not None
    assert other.closeness is not None
    assert one.closeness < other.closeness < 1
    assert both.closeness == other.closeness
    assert replace(both, closeness=None) == _row(NEIGHBOR, near, far)


def test_a_name_that_is_like_none_of_its_parents_is_unrelated() -> None:
    """Under the bound it goes, and the row says so; a control that should be unrelated stays."""
    (kept,) = check_texts([_row(NEIGHBOR)], CLASSES, _check())
    assert kept.closeness is not None
    bound = round(kept.closeness + 0.01, 3)
    (row,) = check_texts([_row(NEIGHBOR)], CLASSES, _check(unrelated_below=bound))
    assert row.reason is NameReason.UNRELATED
    assert row.detail == f"cosine {kept.closeness:.3f} to its own target, vet.text.unrelated_below = {bound:g}"
    assert row.closeness == kept.closeness
    (chance,) = check_texts(
        [_row(NEIGHBOR, relation=Relation.UNRELATED)], CLASSES, _check(unrelated_below=bound)
    )  # fmt: skip
    assert chance.reason is None


def test_every_row_keeps_its_place_and_dropped_ones_their_reason() -> None:
    """What was dropped before is not read, though a kept row has the same name."""
    gone = replace(_row(NEIGHBOR), reason=NameReason.REPEATED, detail="twice")
    rows = [gone, _row(NEIGHBOR), replace(gone, name=CLASSES[0].name), _row(OTHER.neighbors[0].name)]
    checked = check_texts(rows, CLASSES, _check())
    assert [row.name for row in checked] == [row.name for row in rows]
    assert (checked[0], checked[2]) == (rows[0], rows[2])
    assert all(checked[at].closeness is not None for at in (1, 3))


def test_where_nothing_is_kept_no_model_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows stay as they are."""
    monkeypatch.setattr("tasks.neighbors.vetting.closeness.encode_texts", None)
    gone = replace(_row(NEIGHBOR), reason=NameReason.REPEATED, detail="twice")
    assert check_texts([gone], CLASSES, _check()) == [gone]
    assert check_texts([], CLASSES, _check()) == []


def test_the_digest_is_of_the_encoder() -> None:
    """Without a check it is empty, and the bounds are in the recipe's own."""
    assert text_digest(None) == ""
    assert text_digest(_check(0.9)) == text_digest(_check(0.8)) != ""
