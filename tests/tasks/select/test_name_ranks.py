import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.select import name_ranks as ranking
from tasks.select.name_ranks import name_ranks
from tests.tasks.select.world import DIM, around, unit

NAMES = {name: np.eye(DIM, dtype=np.float32)[axis] for axis, name in enumerate(("lime", "lemon", "gravel", "garlic"))}


def test_what_shows_its_name_is_first_and_what_does_not_is_not() -> None:
    """A lime under its own name has no better one; under another it has."""
    pictures = np.stack([around(0, 1), around(0, 2)])
    assert name_ranks(pictures, ["lime", "gravel"], NAMES)[0] == 0
    assert name_ranks(pictures, ["lime", "gravel"], NAMES)[1] > 0


@given(st.integers(0, 1000), st.floats(0.1, 0.9))
def test_a_rank_is_a_share_whatever_the_models_scale(seed: int, scale: float) -> None:
    """Between 0 and 1 over all names alike, and unchanged where a model's cosines are squeezed together."""
    rng = np.random.default_rng(seed)
    pictures = np.stack([unit(row) for row in rng.normal(size=(6, DIM))])
    own = [str(name) for name in rng.choice(list(NAMES), 6)]
    ranks = name_ranks(pictures, own, NAMES)
    assert ((ranks >= 0) & (ranks <= 1)).all()
    assert (name_ranks(pictures * np.float32(scale), own, NAMES) == ranks).all()


def test_one_name_alone_fits() -> None:
    """Without another name nothing fits better."""
    assert name_ranks(np.stack([around(3, 1)]), ["lime"], {"lime": NAMES["lime"]}).tolist() == [0]


def test_names_that_read_alike_do_not_beat_one_another() -> None:
    """Two names with one vector, as such that differ by capitals have, fit a picture equally well."""
    rng = np.random.default_rng(1)
    twins = unit(rng.normal(size=DIM))
    names = {**NAMES, "Lime": twins, "lime": twins}
    pictures = np.stack([unit(twins + rng.normal(0, 0.01, DIM)) for _ in range(200)])
    assert name_ranks(pictures, ["lime", "Lime"] * 100, names).max() == 0


def test_of_many_names_an_even_sample_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The share of names that fit better is that of all of them, nearly, and the own name counts for none."""
    rng = np.random.default_rng(0)
    names = {f"name {at:04d}": unit(row) for at, row in enumerate(rng.normal(size=(900, DIM)))}
    pictures = np.stack([unit(names[f"name {at:04d}"] + rng.normal(0, 0.3, DIM)) for at in range(40)])
    own = [f"name {at:04d}" for at in range(40)]
    whole = name_ranks(pictures, own, names)
    monkeypatch.setattr(ranking, "SAMPLE", 300)
    assert name_ranks(pictures, own, names) == pytest.approx(whole, abs=0.06)
    assert name_ranks(np.stack([names["name 0001"], names["name 0003"]]), ["name 0001", "name 0003"], names).max() == 0
