"""The command line of training: what it prints, where things lie, and how it ends."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from filelock import FileLock

from tests.training.stages import finished_stages, remember_all
from training.run import main

PROJECT = Path(__file__).parents[2]
TRAIN = {
    "steps": 6, "batch_size": 8, "hidden": 8, "evaluate_every": 3, "log_every": 3, "save_every": 3, "device": "cpu"
}  # fmt: skip
FINETUNE = {"mode": "finetune", "encoder": {"kind": "timm", "name": "test_resnet", "image_size": 32}}
SECTIONS_OF_OTHERS = {"targets": {"root": "nowhere"}, "crawl": {"contact": "mailto:a@example.org"}}


def recipe(root: Path, **changes: object) -> str:
    """The path of a recipe whose stages are finished below the root."""
    remember_all(root, "hand", finished_stages(root))
    sections = {"name": "hand", "data_root": str(root), "train": TRAIN | changes, **SECTIONS_OF_OTHERS}
    path = root / "hand.yaml"
    path.write_text(yaml.safe_dump(sections))
    return str(path)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    """The command in this process, which spares it an import of torch."""
    monkeypatch.setattr(sys, "argv", ["training.run", *arguments])
    main()


def test_an_arm_is_trained_from_finished_stages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Features, in a folder of its own a recipe, arm and seed; lines, a table, and where things lie."""
    run(monkeypatch, recipe(tmp_path), "--arm", "targets_only", "--seed", "3")
    said = capsys.readouterr().out
    (folder,) = (tmp_path / "work" / "train-by-hand").iterdir()
    assert re.fullmatch(r"hand-targets_only-3-[0-9a-f]{8}", folder.name)
    assert f"hand: targets_only on cpu, in {folder}\n" in said
    assert re.search(r"step 3 of 6: loss [\d.]+, [\d.]+% on validation\nstep 6 of 6", said)
    assert re.search(r"│ all +│ 2 +│ [\d.]+ +│\n│ few +│ 2 ", said)
    for what, name in (("weights", "best.safetensors"), ("metrics", "metrics.jsonl")):
        assert f"{what}: {folder / name}\n" in said
        assert (folder / name).exists()


def test_a_run_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same command again trains no step and prints the same table."""
    given = (recipe(tmp_path), "--folder", str(tmp_path / "mine"))
    run(monkeypatch, *given)
    first = capsys.readouterr().out
    run(monkeypatch, *given)
    again = capsys.readouterr().out
    assert "step 6 of 6" in first
    assert "step" not in again.replace("best step", "")
    assert again.partition("silenced, as of")[2] == first.partition("silenced, as of")[2]


def test_pictures_in_a_process_of_its_own(tmp_path: Path) -> None:
    """The whole network, from the shell."""
    command = [sys.executable, "-m", "training.run", recipe(tmp_path, **FINETUNE), "--folder", str(tmp_path / "mine")]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "step 6 of 6" in ended.stdout
    assert f"weights: {tmp_path / 'mine' / 'best.safetensors'}" in ended.stdout


def test_torchrun_starts_two_processes_of_which_one_speaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They leave the log that one process leaves, to 1e-6, and each line is said once."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    given = recipe(tmp_path)
    command = [*torchrun, "-m", "training.run", given, "--folder", str(tmp_path / "two")]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "on cpu, by 2 processes, in" in ended.stdout
    assert ended.stdout.count("step 6 of 6") == ended.stdout.count("weights: ") == 1
    run(monkeypatch, given, "--folder", str(tmp_path / "one"))
    two, one = (
        re.findall(r'"loss": ([\d.]+)', (tmp_path / name / "metrics.jsonl").read_text()) for name in ("two", "one")
    )
    assert [float(loss) for loss in two] == pytest.approx([float(loss) for loss in one], abs=1e-6)


def refusal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command says when it ends with 1, which is no traceback."""
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, *arguments)
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert "Traceback" not in said
    assert "mend: " in said
    return said


def test_wrong_input_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A recipe, a field, a stage, a batch, a folder of another run: each with what mends it, and exit code 1."""
    assert "there is no recipe file nowhere.yaml" in refusal(monkeypatch, capsys, "nowhere.yaml")
    given = recipe(tmp_path)
    said = refusal(monkeypatch, capsys, given, "--data-root", str(tmp_path / "empty"))
    assert "recipe hand has no finished targets stage" in said
    run(monkeypatch, given, "--folder", str(tmp_path / "mine"))
    said = refusal(monkeypatch, capsys, given, "--folder", str(tmp_path / "mine"), "--seed", "1")
    assert "belongs to another run" in said
    said = refusal(monkeypatch, capsys, recipe(tmp_path, accumulate=3))
    assert "train.batch_size 8 cannot be shared evenly" in said
    said = refusal(monkeypatch, capsys, recipe(tmp_path, stesp=3))
    assert "field train.stesp" in said


def test_other_settings_have_a_folder_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that who mends a setting is not told that the folder belongs to another run."""
    for rate in (0.1, 0.01):
        run(monkeypatch, recipe(tmp_path, lr=rate))
    assert len(list((tmp_path / "work" / "train-by-hand").iterdir())) == 2


def test_two_runs_do_not_write_one_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second is told of the first."""
    folder = tmp_path / "mine"
    folder.mkdir()
    with FileLock(folder / "lock"):
        said = refusal(monkeypatch, capsys, recipe(tmp_path), "--folder", str(folder))
    assert f"another run is under way in {folder}\n  mend: wait for it, or give --folder" in said


def test_every_process_says_what_mends_its_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It may be the only one that met it."""
    monkeypatch.setenv("RANK", "1")
    assert "process 1: there is no recipe file nowhere.yaml" in refusal(monkeypatch, capsys, "nowhere.yaml")


def test_pictures_that_are_left_out_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line; nothing is said where there are none."""
    given = recipe(tmp_path)
    run(monkeypatch, given)
    assert "left out" not in capsys.readouterr().out
    other = tmp_path / "other"
    remember_all(other, "hand", finished_stages(other, ["red0.png", "blue0"]))
    run(monkeypatch, given, "--data-root", str(other))
    assert "2 of 22 listed pictures are left out: they have no vector\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--arm", "random"], "invalid choice"),
        (["--arm", "same_volume"], "invalid choice"),
        (["--seed", str(2**32)], "a whole number from 0 to 4294967295"),
        (["--seed", "-1"], "a whole number from 0 to 4294967295"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    options: list[str], complaint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is read; the arms that need pictures of another recipe are the comparison's."""
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, "recipe.yaml", *options)
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


def test_ctrl_c_ends_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 130, and what the next run does."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("training.run._train", interrupted)
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, recipe(tmp_path))
    assert ended.value.code == 130
    assert "the same command goes on from the last checkpoint" in capsys.readouterr().err
