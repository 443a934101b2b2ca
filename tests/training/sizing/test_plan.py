"""What a dry run takes from a recipe: sizes that the stages will have, and nothing that a variable names."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flows.recipe import Recipe
from storage.errors import BadInput
from tasks.neighbors import allocation as stage
from tests.training.stages import finished_stages, remember_all
from training.sizing.plan import OF_OTHERS, Allocation, SizedRecipe, plan_of

NETWORK = {"mode": "finetune", "encoder": {"kind": "timm", "name": "test_vit", "checkpoint": "${NOT_SET_ANYWHERE}"}}
BOUNDS = st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9)).map(sorted)


def _recipe(folder: Path, **sections: object) -> str:
    path = folder / "tried.yaml"
    path.write_text(yaml.safe_dump({"name": "tried", "data_root": str(folder), "train": NETWORK, **sections}))
    return str(path)


def test_the_expected_counts_are_shared_out(tmp_path: Path) -> None:
    """Every picture counts once, and no class has one more than another has."""
    targets = {"root": "${NOT_SET_ANYWHERE}", "expect": {"classes": 3, "train": 11, "test": 6}}
    plan = plan_of(_recipe(tmp_path, targets=targets, neighbors={"allocation": {"per_class": 4}}))
    assert plan.train_counts == (4, 4, 3)
    assert plan.auxiliaries == 12


def test_without_them_the_finished_stage_is_asked(tmp_path: Path) -> None:
    """What was counted is better than nothing: four training pictures of each of two classes."""
    remember_all(tmp_path, "tried", finished_stages(tmp_path))
    assert plan_of(_recipe(tmp_path)).train_counts == (4, 4)


@pytest.mark.parametrize("expect", [None, {"classes": 3}, {"train": 11}], ids=str)
def test_where_nobody_knows_the_fields_are_named(tmp_path: Path, expect: dict[str, int] | None) -> None:
    """One of the two counts alone is no size."""
    with pytest.raises(
        BadInput, match=r"set targets\.expect\.classes and targets\.expect\.train, or .*--until targets"
    ):
        plan_of(_recipe(tmp_path, targets={"root": "data", "expect": expect}))


def test_a_classifier_of_vectors_is_not_tried(tmp_path: Path) -> None:
    """It has no network, and its size is that of another section's encoder."""
    with pytest.raises(BadInput, match=r"train\.mode: features.*\n.*train\.mode to finetune"):
        plan_of(_recipe(tmp_path, train={"mode": "features"}))


def test_a_misspelled_field_of_training_is_named(tmp_path: Path) -> None:
    """A dry run is where one learns of it."""
    with pytest.raises(BadInput, match=r"field train\.lerning_rate: Extra inputs"):
        plan_of(_recipe(tmp_path, train={**NETWORK, "lerning_rate": 1}))


@given(bounds=BOUNDS, classes=st.integers(1, 40), total=st.none() | st.integers(1, 400))
def test_there_are_as_many_neighbors_as_the_stage_asks_for(bounds: list[int], classes: int, total: int | None) -> None:
    """Training may not import the stage; so this holds its sum to it."""
    least, per_class, most = bounds
    fields = {"per_class": per_class, "least": least, "most": most, "total": total}
    asked = stage.allocate(list(range(1, classes + 1)), stage.Allocation.model_validate(fields))
    assert Allocation.model_validate(fields).names(classes) == sum(asked)


def test_the_defaults_are_the_stage_s() -> None:
    """A recipe that says nothing of it gets the same from both."""
    own = Allocation().model_dump()
    assert own == {name: value for name, value in stage.Allocation().model_dump().items() if name in own}


def test_the_sections_are_the_pipeline_s() -> None:
    """What is passed over, and what is read, is all that there is."""
    assert set(OF_OTHERS) | set(SizedRecipe.model_fields) == set(Recipe.model_fields)
    assert set(OF_OTHERS).isdisjoint(SizedRecipe.model_fields)
