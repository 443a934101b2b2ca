"""The comparison from its command line: what it prints, writes, leaves out, and does not do twice."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from filelock import FileLock

from storage.errors import Diverged
from tests.training.stages import finished_stages, remember_all
from training import compare
from training.config import Arm, LossName, TrainConfig
from training.data import TrainingSet
from training.fit import Fitted, fit

TRAIN = {
    "steps": 6, "retrain_steps": 3, "batch_size": 8, "hidden": 8, "evaluate_every": 3, "save_every": 3,
    "device": "cpu", "shots": {"many_from": 5, "few_below": 2},
}  # fmt: skip
NOT_GIVEN = {Arm.SAME_VOLUME, Arm.RANDOM}
Run = Callable[..., dict[str, Any]]
FIT = "training.comparing.trials.fit"


def written(root: Path, name: str, **stages: Any) -> str:
    """A recipe whose stages are finished, as the path of its file."""
    remember_all(root, name, finished_stages(root, **stages))
    path = root / "recipe.yaml"
    path.write_text(yaml.safe_dump({"name": name, "data_root": str(root), "train": TRAIN, "targets": {"root": "x"}}))
    return str(path)


def change(root: Path, **settings: object) -> None:
    """Give the recipe of `run` other settings."""
    path = root / "ours" / "recipe.yaml"
    held = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**held, "train": held["train"] | settings}))


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on a small recipe: the JSON of its last line, and the rest under `said`."""
    recipe = written(tmp_path / "ours", "ours")

    def main(*options: str) -> dict[str, Any]:
        monkeypatch.setattr("sys.argv", ["compare", recipe, *options])
        monkeypatch.setenv("COLUMNS", "220")
        compare.main()
        *said, last = capsys.readouterr().out.splitlines()
        return {**json.loads(last), "said": "\n".join(said)}

    return main


def other(tmp_path: Path) -> str:
    """A recipe that has two more pictures of each target, and other neighbors."""
    return written(tmp_path / "other", "other", first=6, neighbors={"plum": "purple", "coal": "black"})


def test_every_arm_is_compared(run: Run, tmp_path: Path) -> None:
    """With all sets given: tables, a figure, and the same numbers as JSON."""
    path = other(tmp_path)
    found = run("--seeds", "2", "--spare", path, "--unrelated", path, "--out", str(tmp_path / "out"))
    said = str(found.pop("said"))
    assert (found["seeds"], list(found["arms"])) == ([0, 1], list(Arm))
    assert found == json.loads((tmp_path / "out" / "comparison.json").read_text())
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["comparison.json", "comparison.png"]
    assert (tmp_path / "out" / "comparison.png").read_bytes().startswith(b"\x89PNG")
    assert "silenced - unsilenced" in said
    assert re.search(r"same_volume .* 4 of 6", said)
    assert re.search(r"random .* 6 ", said)


def test_arms_without_their_pictures_are_left_out(run: Run) -> None:
    """With a line that names the option."""
    found = run("--seeds", "1")
    assert set(found["arms"]) == set(Arm) - NOT_GIVEN
    assert "same_volume is left out: --spare RECIPE gives" in str(found["said"])
    assert "random is left out: --unrelated RECIPE gives" in str(found["said"])
    assert "no vector" not in str(found["said"])


def test_a_loss_without_silencing_leaves_the_arms_that_silence_out(run: Run, tmp_path: Path) -> None:
    """With a line that names it; the rest is compared, the other losses beside it."""
    change(tmp_path, loss="balanced_softmax", arms=["targets_only", "unsilenced"])
    found = run("--seeds", "1", "--losses")
    silent = {Arm.SILENCED, Arm.SILENCED_0, Arm.RETRAINED}
    baselines = {f"targets_only under {loss}" for loss in LossName if loss is not LossName.BALANCED_SOFTMAX}
    assert set(found["arms"]) == set(Arm) - NOT_GIVEN - silent | baselines
    assert "retrained is left out: train.loss balanced_softmax silences nothing" in str(found["said"])


def test_pictures_that_are_left_out_are_counted(run: Run, tmp_path: Path) -> None:
    """In one line, before anything is trained."""
    written(tmp_path / "ours", "ours", unreadable=["red0.png", "blue0"])
    found = run("--seeds", "1", "--arms", "targets_only")
    assert "2 of 22 listed pictures are left out: they have no vector" in str(found["said"])


def test_one_seed_has_no_interval(run: Run) -> None:
    """Means stand without bounds, which are null in the JSON."""
    found = run("--seeds", "1", "--arms", "targets_only", "silenced")
    told = found["differences"]["silenced - targets_only"]["all"]
    assert told["mean"] is not None
    assert (told["low"], told["high"]) == (None, None)


def test_the_losses_stand_beside_the_arms(run: Run) -> None:
    """All but the recipe's own, which the arm itself is under; each against it."""
    with patch(FIT, wraps=fit) as trained:
        found = run("--seeds", "1", "--arms", "targets_only", "--losses")
    assert trained.call_count == len(LossName)
    baselines = {f"targets_only under {loss}" for loss in LossName if loss is not LossName.NEIGHBOR_SILENCING}
    assert set(found["arms"]) == {"targets_only"} | baselines
    assert set(found["differences"]) == {f"{name} - targets_only" for name in baselines}
    assert "targets only, other losses" in found["said"]


def test_a_finished_comparison_trains_nothing(run: Run) -> None:
    """It says the same again, and further seeds and arms add to it."""
    first = run("--seeds", "2", "--arms", "targets_only", "silenced")
    with patch(FIT, wraps=fit) as trained:
        again = run("--seeds", "2", "--arms", "targets_only", "silenced")
        assert trained.call_count == 0
        run("--seeds", "3", "--arms", "targets_only", "silenced")
        assert trained.call_count == 2
    assert {**first, "said": ""} == {**again, "said": ""}


def test_a_new_curation_judges_the_targets_alone_anew(run: Run, tmp_path: Path) -> None:
    """Without training them again: which errors are near is a matter of the neighbors."""
    run("--seeds", "1", "--arms", "targets_only")
    logs = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("best.safetensors")}
    written(tmp_path / "ours", "ours", neighbors={"plum": "purple", "yellow": "yellow"})
    with patch(FIT, wraps=fit) as trained:
        run("--seeds", "1", "--arms", "targets_only")
    assert trained.call_count == len(logs) == 1
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("best.safetensors")} == logs


def test_sets_that_come_later_train_no_other_arm_again(run: Run, tmp_path: Path) -> None:
    """What an arm does not use is no part of its run."""
    run("--seeds", "1")
    path = other(tmp_path)
    with patch(FIT, wraps=fit) as trained:
        run("--seeds", "1", "--spare", path, "--unrelated", path)
    assert {call.args[2] for call in trained.call_args_list} == NOT_GIVEN


def test_an_interrupted_comparison_goes_on(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """What was finished stays, and what it comes to is what an uninterrupted one does."""
    whole = run("--seeds", "2", "--arms", "targets_only", "silenced")
    done: list[Arm] = []

    def stopped(data: TrainingSet, config: TrainConfig, arm: Arm, *rest: Any) -> Fitted:
        if done:
            raise KeyboardInterrupt
        done.append(arm)
        return fit(data, config, arm, *rest)

    with patch(FIT, stopped), pytest.raises(SystemExit) as ended:
        run("--seeds", "4", "--arms", "targets_only", "silenced")
    assert ended.value.code == 130
    assert "the same command goes on" in capsys.readouterr().err
    assert done == [Arm.TARGETS_ONLY]
    assert run("--seeds", "2", "--arms", "targets_only", "silenced")["arms"] == whole["arms"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--arms", "random"], r"no arm is left to compare\n.*--spare and --unrelated"),
        (["--spare", "none.yaml"], "there is no recipe file none.yaml"),
        (["--data-root", "/nowhere"], "has no finished targets stage"),
    ],
)
def test_what_cannot_be_compared_is_said(
    options: list[str], complaint: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit code 1 and a way out."""
    with pytest.raises(SystemExit) as ended:
        run(*options)
    assert ended.value.code == 1
    assert re.search(complaint, capsys.readouterr().err)


def test_a_recipe_with_nothing_to_add_is_refused(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its own pictures are none beyond its own."""
    with pytest.raises(SystemExit):
        run("--spare", str(tmp_path / "ours" / "recipe.yaml"))
    assert "hold no picture that the arm same_volume could add" in capsys.readouterr().err


def test_two_comparisons_do_not_write_one_folder(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second is told of the first."""
    work = tmp_path / "ours" / "work" / "compare" / "ours"
    work.mkdir(parents=True)
    with FileLock(work / "lock"), pytest.raises(SystemExit):
        run("--seeds", "1")
    assert "another comparison is under way" in capsys.readouterr().err


def test_a_seed_that_diverged_is_left_out_for_all(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its reason, and not the rest of the comparison with it."""

    def failing(data: TrainingSet, config: TrainConfig, *rest: Any) -> Fitted:
        if config.seed == 1 and rest[0] is Arm.SILENCED:
            raise Diverged("step 3: the loss is nan", "lower train.lr")
        return fit(data, config, *rest)

    monkeypatch.setattr(FIT, failing)
    found = run("--seeds", "3", "--arms", "targets_only", "silenced")
    assert found["seeds"] == [0, 2]
    assert "seed 1, silenced: step 3: the loss is nan; the seed is left out" in str(found["said"])


def test_when_every_seed_diverged_that_is_the_error(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is nothing to compare, and a mend."""
    change(tmp_path, lr=1e38)
    with pytest.raises(SystemExit):
        run("--seeds", "1", "--arms", "targets_only")
    assert re.search("of each of the 1 seeds a run diverged\n.*lower train.lr", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("settings", "gone"),
    [
        ({"silence": "none"}, [Arm.SILENCED, Arm.SILENCED_0]),
        ({"lambda_s": 1}, [Arm.SILENCED]),
        ({"lambda_s": 0}, [Arm.SILENCED_0]),
    ],
)
def test_arms_that_would_be_another_are_left_out(
    run: Run, tmp_path: Path, settings: dict[str, object], gone: list[Arm]
) -> None:
    """A difference of nothing is no finding."""
    change(tmp_path, **settings)
    found = run("--seeds", "1", "--arms", "unsilenced", "silenced", "silenced_0")
    assert not set(gone) & set(found["arms"])
    assert all(f"{arm} is left out" in str(found["said"]) for arm in gone)


def test_an_outcome_that_was_cut_off_is_made_again(run: Run, tmp_path: Path) -> None:
    """A file that says nothing is no result."""
    before = run("--seeds", "1", "--arms", "targets_only")
    (told,) = (tmp_path / "ours" / "work").rglob("outcome-*.json")
    told.write_text(told.read_text()[:20])
    assert run("--seeds", "1", "--arms", "targets_only")["arms"] == before["arms"]
