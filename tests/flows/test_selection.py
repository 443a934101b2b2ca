"""What can be done with verdicts: bounds are looked at elsewhere, and what has been shipped is not shipped again."""

import csv
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client

from flows.calibration import calibrated, main, truth_of
from flows.recipe import Recipe
from flows.selection import select
from storage.errors import BadInput
from storage.manifest import read_rows
from storage.records import Crawled, Decision, DropReason, Stage, StageRef
from tests.flows.conftest import World


def _kept(ref: StageRef) -> list[Decision]:
    return [row for row in read_rows(ref, Decision) if row.reason is None]


def test_what_an_earlier_run_shipped_is_not_shipped_again(refs: dict[Stage, StageRef], recipe: Recipe) -> None:
    """With its shards as an earlier data set every kept picture is known, though they hold it resized."""
    shards = recipe.select.model_copy(update={"earlier": (refs[Stage.SHARD].uri,)})
    again = select(recipe.model_copy(update={"select": shards}))
    before = {row.key for row in _kept(refs[Stage.SELECT])}
    found = {row.key: row for row in read_rows(again, Decision)}
    assert again.key != refs[Stage.SELECT].key
    assert {found[key].reason for key in before} == {DropReason.HELD_EARLIER}
    assert all(found[key].copy_of.startswith("earlier:") for key in before)
    assert not before & {row.key for row in _kept(again)}


def test_an_earlier_data_set_counts_by_its_pictures(
    refs: dict[Stage, StageRef], recipe: Recipe, world: World, tmp_path: Path
) -> None:
    """Wherever it lies, the same pictures make the same stage; it is found whole."""
    places = [tmp_path / name for name in ("one", "two")]
    picture = next(world.grocery.rglob("*.jpg"))
    for place in places:
        place.mkdir()
        (place / picture.name).write_bytes(picture.read_bytes())
    changed = [recipe.select.model_copy(update={"earlier": (str(place),)}) for place in places]
    one, two = (select(recipe.model_copy(update={"select": config})) for config in changed)
    assert (one.key, one.reused, two.reused) == (two.key, False, True)


def test_every_bound_is_shown_at_other_values(
    refs: dict[Stage, StageRef], recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: World,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """As set a bound keeps what was kept; hand-made labels give it precision and recall, on the command line too."""
    crawled = [row for row in read_rows(refs[Stage.CRAWL], Crawled) if row.digest]
    kept = {row.key for row in _kept(refs[Stage.SELECT])}
    labels = tmp_path / "labels.csv"
    with labels.open("w") as file:
        writer = csv.writer(file)
        writer.writerow(["url", "neighbor", "right"])
        writer.writerows([row.url, row.neighbor, int(row.key in kept)] for row in crawled)
    config = recipe.select.model_copy(update={"labels": str(labels)})
    as_set = [one for one in calibrated(refs[Stage.SELECT], truth_of(config)) if one.value is None]
    assert as_set
    assert {(one.kept, one.precision, one.recall) for one in as_set} == {(len(kept), 1.0, 1.0)}
    line = ["flows.calibration", str(world.recipe_path), "--data-root", recipe.data_root, "--labels", str(labels)]
    monkeypatch.setattr("sys.argv", line)
    main()
    printed = capsys.readouterr().out
    assert "as set" in printed
    assert "1.000" in printed


def test_a_bad_labels_file_ends_the_command_by_name(
    refs: dict[Stage, StageRef], recipe: Recipe, world: World, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """It exits with 1 and says which file, and what to do."""
    line = ["flows.calibration", str(world.recipe_path), "--data-root", recipe.data_root, "--labels", "/nowhere.csv"]
    monkeypatch.setattr("sys.argv", line)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert "/nowhere.csv" in capsys.readouterr().err


def test_the_ui_shows_it(refs: dict[Stage, StageRef], recipe: Recipe) -> None:
    """The select stage leaves the table as an artifact."""
    with get_client(sync_client=True) as client:
        keys = {artifact.key for artifact in client.read_artifacts()}
    assert f"{recipe.name}-calibration" in keys


def test_bad_labels_end_the_run_before_it_costs_anything(
    refs: dict[Stage, StageRef], recipe: Recipe, tmp_path: Path
) -> None:
    """They are read before anything is decided, and when the stage is whole already."""
    config = recipe.select.model_copy(update={"labels": str(tmp_path / "nowhere.csv")})
    with pytest.raises(BadInput, match="cannot be read"):
        select(recipe.model_copy(update={"select": config}))


def test_vectors_of_another_encoder_are_refused(refs: dict[Stage, StageRef], recipe: Recipe) -> None:
    """A select stage run by itself after the encoder was changed says what to run first."""
    squashed = recipe.embed.encoder.model_copy(update={"crop": "squash"})
    changed = recipe.model_copy(update={"embed": recipe.embed.model_copy(update={"encoder": squashed})})
    with pytest.raises(BadInput, match="run embed again first"):
        select(changed)
