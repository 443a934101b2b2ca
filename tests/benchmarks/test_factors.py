"""Which settings a factor has, what cutting neighbors leaves, and how gains are summed up."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.factors.__main__ import check_dictionary
from benchmarks.factors.cutting import at_volume, first_neighbors, volume
from benchmarks.factors.drawing import figure
from benchmarks.factors.measure import GAINS, Measured, summarize
from benchmarks.factors.settings import AS_SET, FACTORS, VARIETY, distinct, few
from benchmarks.figures import save
from benchmarks.trained import folder_of
from flows.recipe import Recipe, load_recipe
from storage.errors import BadInput
from storage.records import Neighbor, Relation
from tasks.select.config import OfTargets, SelectConfig
from training.config import Arm, Caps, TrainConfig
from training.data import Examples, TrainingSet, as_edges, check

GROCERY = Path(__file__).resolve().parents[3] / "shared" / "data" / "grocery"
needs_grocery = pytest.mark.skipif(not GROCERY.is_dir(), reason="the Grocery Store Dataset is not at ../shared/data")


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """The recipe that the factors start from."""
    monkeypatch.setenv("GROCERY_ROOT", "anywhere")
    return load_recipe("recipes/grocery.yaml")


@pytest.mark.parametrize("factor", FACTORS)
def test_every_factor_holds_the_recipes_value_and_its_values_differ(factor: str) -> None:
    """A curve without the recipe's own point could not be compared with the others; of one volume it has none."""
    settings = list(FACTORS[factor].values())
    assert (AS_SET in settings) == (factor != VARIETY)
    assert len(set(settings)) == len(settings)


@pytest.mark.parametrize("factor", FACTORS)
def test_a_value_changes_only_fields_that_there_are(factor: str, recipe: Recipe) -> None:
    """A misspelled field, or the recipe's own value, would leave the recipe as it is, and its point say nothing."""
    for one in FACTORS[factor].values():
        changed = SelectConfig.model_validate({**recipe.select.model_dump(), **dict(one.select)})
        assert (changed == recipe.select) == (not one.select)


def test_the_recipes_own_values_are_called_what_the_recipe_says(recipe: Recipe) -> None:
    """AS_SET stands in every factor for a value, which the recipe's file may change."""
    own = {factor: value for factor, values in FACTORS.items() for value, one in values.items() if one == AS_SET}
    bounds = (recipe.select.min_similarity, recipe.select.max_similarity)
    assert all(isinstance(bound, OfTargets) for bound in bounds)
    least, most = (f"q {bound.target_quantile:g}" for bound in bounds if isinstance(bound, OfTargets))
    assert recipe.neighbors.provider.kind == "openai"
    assert own == {
        "neighbors per class": "all",
        "pictures per neighbor": str(recipe.select.cap or "all"),
        "least similarity": least,
        "most similarity": most,
        "source of names": "language model",
        "filters": "as set",
        "lambda_s": f"{recipe.train.lambda_s:g}",
    }


@needs_grocery
def test_no_two_numbers_of_neighbors_are_the_same_set() -> None:
    """A number over all that any class has would be trained twice, and drawn as if it told something."""
    groups = json.loads((GROCERY / "split.json").read_text())["groups"].values()
    most = max(len(group["neighbors"]) for group in groups)
    numbers = [int(value) for value in FACTORS["neighbors per class"] if value != "all"]
    assert numbers == sorted(set(numbers))
    assert max(numbers) < most


def test_settings_that_factors_share_are_measured_once() -> None:
    """The recipe's own first; a quick run has a part of them."""
    every, quick = list(distinct(FACTORS)), list(distinct(few(FACTORS)))
    assert every[0] == quick[0] == AS_SET
    assert every.count(AS_SET) == 1
    assert set(quick) < set(every)


def _examples(labels: list[int]) -> Examples:
    return Examples(np.arange(len(labels), dtype=np.float32)[:, None], np.array(labels, dtype=np.int64))


def _neighbor(name: str, rank: int) -> Neighbor:
    return Neighbor(name, (0,), Relation.SIBLING, (name,), "", None, "", "", "", rank)


DATA = TrainingSet(
    ("lemon", "orange"), ("lime", "satsuma", "yuzu"), as_edges([(0, 0), (0, 1), (0, 2), (1, 1), (1, 2)]),
    _examples([0, 1]), _examples([0, 1]), _examples([0, 1]), _examples([0, 0, 1, 2]),
)  # fmt: skip
NAMES = [_neighbor("lime", 2), _neighbor("satsuma", 1), _neighbor("yuzu", 0)]


def test_a_target_keeps_its_best_ranked_neighbors_and_no_other_pictures() -> None:
    """What no target keeps leaves the set, with its pictures."""
    one = first_neighbors(DATA, NAMES, 1)
    assert one.auxiliaries == ("yuzu",)
    assert one.edges.tolist() == [[0, 0], [1, 0]]
    assert one.auxiliary.inputs[:, 0].tolist() == [3.0]
    two = first_neighbors(DATA, NAMES, 2)
    assert two.auxiliaries == ("satsuma", "yuzu")
    assert len(two.auxiliary) == 2
    check(two)


def test_all_neighbors_are_the_set_itself() -> None:
    """No target has more than three."""
    every = first_neighbors(DATA, NAMES, 3)
    assert every.auxiliaries == DATA.auxiliaries
    assert every.edges.tolist() == DATA.edges.tolist()
    assert every.auxiliary.inputs.tolist() == DATA.auxiliary.inputs.tolist()


@given(pictures=st.lists(st.integers(1, 60), min_size=3, max_size=3), total=st.integers(3, 200))
def test_one_volume_is_the_same_of_any_number_of_neighbors(pictures: list[int], total: int) -> None:
    """Neither an epoch's pictures nor the distinct ones grow with variety; no neighbor is left without one."""
    labels = np.repeat(np.arange(3), pictures).tolist()
    data = TrainingSet(
        DATA.classes, DATA.auxiliaries, DATA.edges, DATA.train, DATA.val, DATA.test, _examples(labels)
    )  # fmt: skip
    caps = Caps()
    cut = at_volume(data, total, caps, seed=0)
    assert volume(cut, caps) == len(cut.auxiliary) == min(total, volume(data, caps))
    assert cut.auxiliaries == data.auxiliaries
    check(cut)
    uncapped = [count for count, held in zip(cut.auxiliary_counts, data.auxiliary_counts, strict=True) if count < held]
    assert max(uncapped, default=0) - min(uncapped, default=0) <= 1


def test_only_what_is_trained_alike_shares_a_folder(tmp_path: Path) -> None:
    """All of three neighbors and the first three are one training; another weight of silencing is another."""
    config = TrainConfig()
    folder = folder_of(tmp_path, DATA, config, Arm.SILENCED)
    assert folder_of(tmp_path, first_neighbors(DATA, NAMES, 3), config, Arm.SILENCED) == folder
    assert folder_of(tmp_path, first_neighbors(DATA, NAMES, 2), config, Arm.SILENCED) != folder
    assert folder_of(tmp_path, DATA, config.model_copy(update={"lambda_s": 0.3}), Arm.SILENCED) != folder
    assert folder_of(tmp_path, DATA, config, Arm.TARGETS_ONLY) != folder


def _measured(kept: int, precision: float, gain: float) -> Measured:
    return Measured(kept, kept // 2, precision, dict.fromkeys(GAINS, gain) | {"few": 4.0})


def test_gains_are_averaged_over_seeds_and_drawn(tmp_path: Path) -> None:
    """A row a value, in the order of the factor's values, validation's gains too, and a panel a factor."""
    factors = few(FACTORS)
    first = {one: _measured(100, 1.0, 2.0) for one in distinct(factors)}
    second = {one: _measured(200, 0.5, 4.0) for one in distinct(factors)}
    summary = summarize(factors, [first, second])
    assert [row["value"] for row in summary["lambda_s"]] == ["1", "0.1", "0"]
    assert summary["lambda_s"][0] == {
        "value": "1", "precision": 0.75, "kept": 150.0, "kept_se": 50.0, "drawn": 75.0, "drawn_se": 25.0,
        "all": 3.0, "all_se": 1.0, "few": 4.0, "few_se": 0.0,
        "val_all": 3.0, "val_all_se": 1.0, "val_few": 3.0, "val_few_se": 1.0,
    }  # fmt: skip
    drawn = save(figure(factors, summary), tmp_path / "new" / "factors.png")
    assert drawn.read_bytes().startswith(b"\x89PNG")


def test_one_seed_has_gains_without_errors_and_is_drawn(tmp_path: Path) -> None:
    """JSON has no NaN."""
    factors = few(FACTORS)
    summary = summarize(factors, [{one: _measured(100, 1.0, 2.0) for one in distinct(factors)}])
    assert summary["lambda_s"][0]["all_se"] is None
    json.dumps(summary, allow_nan=False)
    assert save(figure(factors, summary), tmp_path / "factors.png").stat().st_size


def test_the_dictionary_is_opened_before_anything_is_measured(tmp_path: Path) -> None:
    """Here a folder that holds none; the factors of a quick run need none."""
    with pytest.raises(BadInput, match=str(tmp_path)):
        check_dictionary(FACTORS, str(tmp_path))
    check_dictionary(few(FACTORS), str(tmp_path))
