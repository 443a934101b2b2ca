"""A recipe is checked before anything runs, and every complaint names the field."""

from pathlib import Path

import pytest
import yaml

from flows.fields import page
from flows.recipe import Recipe, load_recipe
from storage.errors import BadInput
from storage.fingerprint import fingerprint
from storage.recipe_base import VARIABLE

PROJECT = Path(__file__).parents[2]
LEAST = {
    "name": "least",
    "targets": {"root": "${PICTURES}/photos"},
    "neighbors": {},
    "crawl": {"contact": "mailto:a@b.org", "sources": [{"kind": "openverse"}]},
    "embed": {"encoder": {"kind": "timm", "name": "resnet18"}},
}


def _write(folder: Path, **changes: object) -> str:
    """A recipe with other sections, or without those that are None."""
    path = folder / "recipe.yaml"
    sections = {**LEAST, **changes}
    path.write_text(yaml.safe_dump({name: section for name, section in sections.items() if section is not None}))
    return str(path)


@pytest.fixture(autouse=True)
def _pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PICTURES", "/data")


def test_variables_come_from_the_environment(tmp_path: Path) -> None:
    """${NAME} in a path is what the environment says."""
    assert load_recipe(_write(tmp_path)).targets.root == "/data/photos"


def test_a_missing_variable_is_named_with_its_field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader learns which variable to set and which field wants it."""
    monkeypatch.delenv("PICTURES")
    with pytest.raises(
        BadInput, match=r"field targets\.root: the environment variable PICTURES is not set\n.*PICTURES=VALUE$"
    ):
        load_recipe(_write(tmp_path))


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    """A misspelled field is not silently ignored."""
    with pytest.raises(BadInput, match=r"field select\.min_similartiy: Extra inputs are not permitted"):
        load_recipe(_write(tmp_path, select={"min_similartiy": 0.5}))


def test_a_value_out_of_bounds_is_named_and_shown(tmp_path: Path) -> None:
    """The complaint shows what was given."""
    with pytest.raises(BadInput, match=r"field train\.lambda_s: .* \(given: 2\)"):
        load_recipe(_write(tmp_path, train={"lambda_s": 2}))


@pytest.mark.parametrize("arm", ["random", "same_volume"])
def test_an_arm_whose_pictures_the_pipeline_lacks_is_refused_at_once(tmp_path: Path, arm: str) -> None:
    """Not after the crawl; the complaint says who has them."""
    with pytest.raises(BadInput, match=rf"no pictures for {arm}; .* training\.compare"):
        load_recipe(_write(tmp_path, train={"arms": ["targets_only", arm]}))


def test_a_license_that_does_not_exist_is_named(tmp_path: Path) -> None:
    """A misspelled license would else collect nothing, in silence."""
    crawl = {"contact": "mailto:a@b.org", "sources": [{"kind": "openverse"}], "licenses": ["CC-BY"]}
    with pytest.raises(BadInput, match=r"field crawl\.licenses: .*CC-BY: no license id; they are by, "):
        load_recipe(_write(tmp_path, crawl=crawl))


def test_a_missing_section_is_named(tmp_path: Path) -> None:
    """What a recipe cannot do without is said."""
    with pytest.raises(BadInput, match="field targets: Field required"):
        load_recipe(_write(tmp_path, targets=None))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("a: [", "is not YAML"), ("just words", "holds no fields"), (None, "there is no recipe file")],
    ids=["broken", "no mapping", "no file"],
)
def test_a_file_that_is_no_recipe_is_refused(tmp_path: Path, text: str | None, complaint: str) -> None:
    """Each kind of wrong file has its own sentence."""
    path = tmp_path / "recipe.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BadInput, match=complaint):
        load_recipe(str(path))


def test_every_recipe_that_is_shipped_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody copies a recipe that does not load."""
    recipes = sorted((PROJECT / "recipes").glob("*.yaml"))
    assert recipes
    for path in (PROJECT / "recipes").rglob("*.yaml"):
        for name in VARIABLE.findall(path.read_text()):
            monkeypatch.setenv(name, "mailto:data@example.org")  # a path or a contact, whichever is asked for
    for path in recipes:
        assert load_recipe(str(path)).name == path.stem


def test_a_recipe_stands_upon_its_base(tmp_path: Path) -> None:
    """What the file does not say is the base's; a complaint about either names the file that was asked for."""
    _write(tmp_path, train={"steps": 7, "lr": 0.5})
    top = tmp_path / "top.yaml"
    top.write_text(yaml.safe_dump({"base": "recipe.yaml", "name": "top", "train": {"steps": 9}}))
    recipe = load_recipe(str(top))
    assert (recipe.name, recipe.train.steps, recipe.train.lr) == ("top", 9, 0.5)
    top.write_text(yaml.safe_dump({"base": "recipe.yaml", "train": {"stepps": 9}}))
    with pytest.raises(BadInput, match=r"top\.yaml: field train\.stepps: Extra inputs"):
        load_recipe(str(top))


def test_paths_and_pace_are_in_no_key(tmp_path: Path) -> None:
    """Moving a data set or asking faster reruns nothing."""
    first = load_recipe(_write(tmp_path))
    slower = {"contact": "mailto:c@d.org", "sources": [{"kind": "openverse"}], "pace": {"per_host": 1}}
    moved = load_recipe(_write(tmp_path, targets={"root": "/elsewhere"}, crawl=slower))
    assert fingerprint(first) == fingerprint(moved)


def test_the_page_of_fields_is_what_the_code_says() -> None:
    """docs/recipes.md never lies; `python -m flows.fields > docs/recipes.md` writes it."""
    assert (PROJECT / "docs" / "recipes.md").read_text() == page()


def test_a_recipe_that_was_sent_makes_the_same_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a parameter of a deployment a recipe goes through JSON, and its sections still have their fingerprints."""
    monkeypatch.setenv("GROCERY_ROOT", "/data")
    for name in ("demo", "grocery"):
        recipe = load_recipe(str(PROJECT / "recipes" / f"{name}.yaml"))
        sent = Recipe.model_validate_json(recipe.model_dump_json())
        assert sent == recipe
        for section in Recipe.model_fields:
            assert fingerprint(getattr(sent, section)) == fingerprint(getattr(recipe, section)), section
