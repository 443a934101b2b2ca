"""The shipped tiny CLIP, and how it is trained."""

import gzip
import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch

from flows.recipe import load_recipe
from sandbox.clip.captions import byte_pairs, words
from sandbox.clip.drawings import ATTRIBUTES, HELD_OUT, NOT_THERE, Drawings, attributes
from sandbox.clip.judge import judge
from sandbox.clip.train import FOLDER, MERGES, WEIGHTS
from sandbox.herbarium.drawing import draw_picture
from sandbox.herbarium.flora import species_of
from sandbox.herbarium.objects import OBJECTS
from sandbox.herbarium.species import Species, draw_species
from sandbox.seeded import seeded
from vision.encoders import load_encoder

PROJECT = Path(__file__).parents[3]


def test_it_is_small_and_has_a_card() -> None:
    """8 MB at most, with what it was trained on and can do beside it."""
    assert (FOLDER / WEIGHTS).stat().st_size < 8e6
    assert "zero-shot" in (FOLDER / "README.md").read_text()


def test_its_vocabulary_is_what_the_code_writes() -> None:
    """The merges are those of the captions' words today."""
    lines = gzip.decompress((FOLDER / MERGES).read_bytes()).decode().splitlines()[1:]
    assert [tuple(line.split()) for line in lines] == byte_pairs(words(OBJECTS))


def test_the_demo_loads_it_as_any_other_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unit vectors by the recipe's own lines, the same as open_clip's own preprocessing gives."""
    monkeypatch.chdir(PROJECT)
    config = load_recipe("recipes/demo.yaml").embed.encoder
    pictures = [draw_picture(name, np.random.default_rng(3)) for name in OBJECTS]
    ours = load_encoder(config).encode(pictures)
    model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{FOLDER}")
    with torch.inference_mode():
        theirs = model.eval().encode_image(torch.stack([transform(picture) for picture in pictures]), normalize=True)
    assert ours.shape == (len(pictures), 128)
    assert (ours * theirs.numpy()).sum(1) == pytest.approx(1, abs=1e-3)


def test_it_tells_unseen_species_apart() -> None:
    """Far better than chance by name alone, on a world that it was not trained on."""
    figures = judge(FOLDER, HELD_OUT[7])
    assert figures.zero_shot_targets > 0.5  # chance is 1 in 24
    assert figures.prototype_objects > 0.95


def _subjects(count: int) -> list[Species | str]:
    stream = Drawings(lambda _: torch.zeros(1), lambda _: torch.zeros(1, 1), 0)
    return list(itertools.islice(stream.subjects(seeded("test")), count))


def test_no_species_of_a_world_is_ever_drawn_for_it() -> None:
    """Targets and neighbors of every world that is held out, the demo's own first of all."""
    assert 0 in HELD_OUT
    drawn = {subject for subject in _subjects(4000) if not isinstance(subject, str)}
    assert len(drawn) > 3000
    assert not drawn & {species for world in HELD_OUT for species in species_of(world)}


def test_a_held_out_species_that_comes_up_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream goes on with others, so that no caption of it is ever written."""
    world = sorted(species_of(0), key=lambda species: species.name)
    offered = iter([world[0], draw_species(seeded("another"))] * 50)
    monkeypatch.setattr("sandbox.clip.drawings.draw_species", lambda _: next(offered))
    assert not {subject for subject in _subjects(40) if not isinstance(subject, str)} & set(world)


def test_attributes_are_places_among_all_values() -> None:
    """An object has none."""
    species = draw_species(seeded("attributes"))
    told = [values[place] for values, place in zip(ATTRIBUTES, attributes(species), strict=True)]
    assert told == [species.petal, species.leaf, species.count, species.color, *species.markings, species.eye]
    assert set(attributes("house").tolist()) == {NOT_THERE}


def test_training_leaves_what_open_clip_loads(tmp_path: Path) -> None:
    """One step of it: configuration, vocabulary and weights, without a word of the attribute heads."""
    command = [sys.executable, "-m", "sandbox.clip.train", "--folder", str(tmp_path / "model"), "--steps", "1"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    model = open_clip.create_model(f"local-dir:{tmp_path / 'model'}")
    assert model.encode_image(torch.zeros(1, 3, 64, 64)).shape == (1, 128)
