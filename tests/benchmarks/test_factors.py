"""Which settings a factor has, what cutting neighbors leaves, and how gains are summed up."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.factors.curated import first_neighbors
from benchmarks.factors.drawing import figure
from benchmarks.factors.measure import Measured, summarize
from benchmarks.factors.settings import AS_SET, FACTORS, distinct, few
from benchmarks.figures import save
from storage.records import Neighbor, Relation
from tasks.select.config import SelectConfig
from training.config import TrainConfig
from training.data import Examples, TrainingSet, as_edges, check


@pytest.mark.parametrize("factor", FACTORS)
def test_every_factor_holds_the_recipes_value_and_its_values_differ(factor: str) -> None:
    """A curve without the recipe's own point could not be compared with the others."""
    settings = list(FACTORS[factor].values())
    assert AS_SET in settings
    assert len(set(settings)) == len(settings)


@pytest.mark.parametrize("factor", FACTORS)
def test_a_value_changes_only_fields_that_there_are(factor: str) -> None:
    """A misspelled field would leave the recipe as it is, and its point would say nothing."""
    for one in FACTORS[factor].values():
        changed = SelectConfig.model_validate({**SelectConfig().model_dump(), **dict(one.select)})
        assert (changed == SelectConfig()) == (not one.select)


def test_the_recipes_own_value_of_lambda_is_the_default() -> None:
    """AS_SET stands for 0.1 among the values of lambda_s."""
    assert FACTORS["lambda_s"][f"{TrainConfig().lambda_s:g}"] == AS_SET


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


def test_gains_are_averaged_over_seeds_and_drawn(tmp_path: Path) -> None:
    """A row a value, in the order of the factor's values, and a panel a factor."""
    factors = few(FACTORS)
    first = {one: Measured(100, 1.0, {"all": 2.0, "few": 4.0}) for one in distinct(factors)}
    second = {one: Measured(200, 0.5, {"all": 4.0, "few": 4.0}) for one in distinct(factors)}
    summary = summarize(factors, [first, second])
    assert [row["value"] for row in summary["lambda_s"]] == ["1", "0.1", "0"]
    assert summary["lambda_s"][0] == {
        "value": "1", "kept": 150.0, "precision": 0.75, "all": 3.0, "all_se": 1.0, "few": 4.0, "few_se": 0.0,
    }  # fmt: skip
    drawn = save(figure(factors, summary), tmp_path / "new" / "factors.png")
    assert drawn.read_bytes().startswith(b"\x89PNG")
