"""A recipe that stands upon another file: what it says itself counts, and the rest is the base's."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import BadInput
from storage.recipe_base import fields_of, merged
from storage.recipe_file import read_recipe
from storage.section import Section

LEAVES = st.none() | st.booleans() | st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2)
FIELDS = st.recursive(
    LEAVES, lambda held: st.dictionaries(st.sampled_from("abcd"), held, max_size=3), max_leaves=6
)  # fmt: skip
MAPPINGS = st.dictionaries(st.sampled_from("abcd"), FIELDS, max_size=3)


class Inner(Section):
    """A section."""

    size: int = 1
    names: tuple[str, ...] = ()


class Outer(Section):
    """A recipe with one section."""

    name: str
    inner: Inner = Inner()


def _write(path: Path, **fields: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(fields))
    return path


def _leaves(fields: object, place: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    """What lies at each place that holds no mapping, or an empty one."""
    if not isinstance(fields, dict) or not fields:
        return {place: fields}
    return {key: value for name, inner in fields.items() for key, value in _leaves(inner, (*place, name)).items()}


@given(base=MAPPINGS, top=MAPPINGS)
def test_what_the_file_says_counts_and_the_rest_is_the_base_s(base: dict[str, object], top: dict[str, object]) -> None:
    """Every value of the file is in the merged one, and every other is one of the base."""
    both, said, below = (_leaves(each) for each in (merged(base, top), top, base))
    filled = {place for place, value in said.items() if value != {}}
    assert all(both[place] == said[place] for place in filled)
    assert all(both[place] == below[place] for place in both if place not in filled and both[place] != {})


@given(top=MAPPINGS)
def test_a_file_upon_itself_or_upon_nothing_is_itself(top: dict[str, object]) -> None:
    """Nothing is added twice, and nothing is lost."""
    assert merged(top, top) == merged({}, top) == merged(top, {}) == top


def test_mappings_merge_and_lists_replace(tmp_path: Path) -> None:
    """A file says of a section what differs."""
    _write(tmp_path / "below.yaml", name="below", inner={"size": 3, "names": ["a", "b"]})
    top = _write(tmp_path / "top.yaml", base="below.yaml", name="top", inner={"names": ["c"]})
    assert read_recipe(Outer, str(top)) == Outer(name="top", inner=Inner(size=3, names=("c",)))


def test_a_mapping_of_another_kind_replaces_the_base_s() -> None:
    """The fields of one kind are none of another's; one that names no kind keeps it."""
    base: dict[str, object] = {"encoder": {"kind": "timm", "checkpoint": "a"}}
    other: dict[str, object] = {"encoder": {"kind": "open_clip", "name": "B"}}
    assert merged(base, other) == other
    assert merged(base, {"encoder": {"name": "B"}}) == {"encoder": {"kind": "timm", "checkpoint": "a", "name": "B"}}


def test_a_chain_of_folders_is_followed_from_each_file_s_own_place(tmp_path: Path) -> None:
    """Each path is relative to the file that it stands in."""
    _write(tmp_path / "lowest.yaml", inner={"size": 2, "names": ["low"]})
    _write(tmp_path / "bases" / "middle.yaml", base="../lowest.yaml", inner={"size": 5})
    top = _write(tmp_path / "top.yaml", base="bases/middle.yaml", name="top")
    assert fields_of(top) == {"name": "top", "inner": {"size": 5, "names": ["low"]}}


def test_a_variable_that_the_file_replaces_need_not_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables are looked up in what comes of the merging; the base's own path may hold one too."""
    _write(tmp_path / "below.yaml", name="${NOT_SET_ANYWHERE}")
    monkeypatch.setenv("WHICH", "below")
    top = _write(tmp_path / "top.yaml", base="${WHICH}.yaml", name="top")
    assert read_recipe(Outer, str(top)).name == "top"


def test_files_that_stand_upon_one_another_are_refused(tmp_path: Path) -> None:
    """The circle is shown, not followed."""
    first = _write(tmp_path / "first.yaml", base="second.yaml", name="first")
    _write(tmp_path / "second.yaml", base="first.yaml")
    with pytest.raises(BadInput, match=r"second\.yaml: field base leads back: .*first.* -> .*second.* -> .*first"):
        fields_of(first)
    itself = _write(tmp_path / "itself.yaml", base="itself.yaml")
    with pytest.raises(BadInput, match=r"field base leads back"):
        fields_of(itself)


@pytest.mark.parametrize(
    ("base", "complaint"),
    [("gone.yaml", r"top\.yaml: field base: there is no file .*gone\.yaml\n.*relative to"),
     (["a.yaml"], r"top\.yaml: field base is \['a\.yaml'\]"),
     ("broken.yaml", r"broken\.yaml is not YAML")],
    ids=["missing", "a list", "broken"],
)  # fmt: skip
def test_a_base_that_is_none_is_named(tmp_path: Path, base: object, complaint: str) -> None:
    """The reader learns which file to mend."""
    (tmp_path / "broken.yaml").write_text("a: [")
    with pytest.raises(BadInput, match=complaint):
        fields_of(_write(tmp_path / "top.yaml", base=base, name="top"))


def test_a_field_that_the_base_misspells_is_named(tmp_path: Path) -> None:
    """It is checked as if the file had said it."""
    _write(tmp_path / "below.yaml", inner={"sise": 3})
    top = _write(tmp_path / "top.yaml", base="below.yaml", name="top")
    with pytest.raises(BadInput, match=r"top\.yaml: field inner\.sise: Extra inputs are not permitted"):
        read_recipe(Outer, str(top))
