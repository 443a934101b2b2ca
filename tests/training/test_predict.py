"""The command line that classifies pictures: with a graph drawn by hand, whose answers are known."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from training.predict import main
from training.predicting.classifier import softmax
from training.predicting.prepared import GRAPH, PREPROCESS, Prepared, write_prepared
from vision.inputs import Input

PROJECT = Path(__file__).parents[2]
CLASSES = ("red", "green, the color", 'blue "sea"')
SIDE = 16


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A classifier by the strongest color: its logits are four times the means of red, green and blue in [0, 1]."""
    out = tmp_path / "exported"
    out.mkdir()
    scale = numpy_helper.from_array(np.array([4.0], dtype=np.float32), "scale")
    nodes = [
        helper.make_node("GlobalAveragePool", ["pictures"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["means"]),
        helper.make_node("Mul", ["means", "scale"], ["logits"]),
    ]
    given = helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])
    told = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 3])
    graph = helper.make_graph(nodes, "colors", [given], [told], [scale])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), out / GRAPH)
    shape = Input(SIDE, False, 1.0, "bicubic", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    write_prepared(out, Prepared(CLASSES, shape, 1_000_000))
    return out


def draw(path: Path, color: str, size: tuple[int, int] = (20, 30)) -> Path:
    """A picture of one color."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, color).save(path)
    return path


def predict(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    """The command in this process."""
    monkeypatch.setattr(sys, "argv", ["training.predict", *map(str, arguments)])
    main()


def rows(text: str) -> list[dict[str, str]]:
    """Of CSV."""
    return list(csv.DictReader(io.StringIO(text)))


def test_every_picture_has_a_row_with_its_likeliest_classes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The best first, with the softmax of the logits, and no more of them than were asked for."""
    red, blue = draw(tmp_path / "a.png", "#ff0000"), draw(tmp_path / "b.png", "#003fff")
    predict(monkeypatch, folder, red, blue, "--top", "2")
    said = capsys.readouterr()
    first, second = rows(said.out)
    assert list(first) == ["path", "class", "probability", "class_2", "probability_2", "error"]
    assert (first["path"], first["class"], first["error"]) == (str(red), "red", "")
    assert float(first["probability"]) == pytest.approx(np.exp(4) / (np.exp(4) + 2), abs=1e-5)
    assert (second["class"], second["class_2"]) == ('blue "sea"', "green, the color")
    assert said.err == "2 of 2 pictures classified\n"


def test_more_classes_than_there_are_is_all_of_them(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whose probabilities sum to one."""
    predict(monkeypatch, folder, draw(tmp_path / "a.png", "#00ff00"), "--top", "9")
    (row,) = rows(capsys.readouterr().out)
    shares = [float(row[name]) for name in ("probability", "probability_2", "probability_3")]
    assert sum(shares) == pytest.approx(1, abs=1e-5)
    assert shares == sorted(shares, reverse=True)


def test_a_folder_is_all_pictures_below_it_in_order(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """More than a batch of them; hidden files, other files and linked folders, which may be loops, are passed by."""
    root = tmp_path / "many"
    drawn = [draw(root / f"{number:02}" / "x.JPG", "#ff0000" if number % 3 else "#00ff00") for number in range(40)]
    for name in (".hidden.png", ".folder/x.png"):
        draw(root / name, "#ff0000")
    (root / "notes.txt").write_text("none of them")
    (root / "00" / "loop").symlink_to(root, target_is_directory=True)
    predict(monkeypatch, folder, root)
    found = rows(capsys.readouterr().out)
    assert [row["path"] for row in found] == list(map(str, drawn))
    assert [row["class"] for row in found] == ["red" if number % 3 else "green, the color" for number in range(40)]


def test_what_cannot_be_read_has_a_reason_and_costs_nothing_else(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Missing, no picture, broken off, a bomb, a pipe: each a row, in its place, and exit status 0."""
    good, whole = draw(tmp_path / "good.png", "#0000ff"), draw(tmp_path / "whole.bmp", "#ff0000").read_bytes()
    bad = {name: tmp_path / name for name in ("gone.png", "text.png", "half.bmp", "bomb.png", "pipe.png", "empty.jpg")}
    bad["text.png"].write_text("hello, this is no picture")
    bad["half.bmp"].write_bytes(whole[: len(whole) // 2])
    draw(bad["bomb.png"], "#000000", (1001, 1000))
    os.mkfifo(bad["pipe.png"])
    bad["empty.jpg"].touch()
    predict(monkeypatch, folder, *bad.values(), good)
    said = capsys.readouterr()
    found = rows(said.out)
    reasons = [row["error"].partition(":")[0] for row in found]
    assert reasons == [
        "cannot_be_read", "not_a_picture", "truncated", "too_many_pixels", "not_a_file", "not_a_picture", "",
    ]  # fmt: skip
    assert [row["class"] for row in found] == ["", "", "", "", "", "", 'blue "sea"']
    assert said.err == "1 of 7 pictures classified; 6 could not be read, their rows say why\n"


@pytest.mark.parametrize("name", ["größe 図.png", "a,b\"c'd.png", "new\nline.png", "-dash.png", "=1+1.png"])
def test_any_name_comes_back_as_it_was(
    name: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From CSV and from JSON lines."""
    path = draw(tmp_path / "odd" / name, "#ff0000")
    for out in ("x.csv", "x.jsonl"):
        predict(monkeypatch, folder, tmp_path / "odd", "--out", tmp_path / out)
    assert [row["path"] for row in rows((tmp_path / "x.csv").read_bytes().decode())] == [str(path)]
    assert json.loads((tmp_path / "x.jsonl").read_text())["path"] == str(path)


def test_a_name_that_is_no_text_is_written_as_escapes(folder: Path, tmp_path: Path) -> None:
    """Its bytes are no UTF-8; printed and in both files."""
    path = os.fsencode(tmp_path / "odd") + b"\xff.png"
    Path(os.fsdecode(path)).write_bytes(draw(tmp_path / "a.png", "#ff0000").read_bytes())
    command: list[str | bytes] = [sys.executable, "-m", "training.predict", str(folder), path]
    printed = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True).stdout.decode()
    assert "odd\\udcff.png,red" in printed
    for out in ("x.csv", "x.jsonl"):
        subprocess.run([*command, "--out", str(tmp_path / out)], cwd=PROJECT, check=True, stderr=subprocess.DEVNULL)
        assert "odd\\udcff.png" in (tmp_path / out).read_text()


def test_lines_of_json(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One object a picture, with numbers as numbers and null for what there is not."""
    good = draw(tmp_path / "a.png", "#ff0000")
    predict(monkeypatch, folder, good, tmp_path / "gone.png", "--out", tmp_path / "x.jsonl", "--top", "2")
    first, second = map(json.loads, (tmp_path / "x.jsonl").read_text().splitlines())
    assert (first["class"], first["error"]) == ("red", None)
    assert first["top"][0] == {"class": "red", "probability": first["probability"]}
    assert [one["class"] for one in first["top"]] == ["red", "green, the color"]
    assert (second["class"], second["probability"], second["top"]) == (None, None, [])
    assert second["error"].startswith("cannot_be_read: No such file")


def test_pictures_are_brought_upright(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As their EXIF block says: of a long one, another middle would be kept."""
    stripes = Image.new("RGB", (30, 10), "#ff0000")
    stripes.paste("#0000ff", (10, 0, 20, 10))
    exif = Image.Exif()
    exif[0x0112] = 6
    stripes.save(tmp_path / "turned.png", exif=exif)
    predict(monkeypatch, folder, tmp_path / "turned.png")
    (row,) = rows(capsys.readouterr().out)
    assert row["class"] == 'blue "sea"'


def test_an_empty_folder_is_no_failure(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The header alone."""
    (tmp_path / "empty").mkdir()
    predict(monkeypatch, folder, tmp_path / "empty")
    said = capsys.readouterr()
    assert (rows(said.out), said.out.count("\n")) == ([], 1)
    assert said.err == "0 of 0 pictures classified\n"


def refusal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """What the command says when it ends with 1."""
    with pytest.raises(SystemExit) as ended:
        predict(monkeypatch, *arguments)
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "mend: " in said
    return said


def test_a_folder_that_is_no_whole_export_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Missing, or with files that are broken, or of two models."""
    assert "holds no exported classifier" in refusal(monkeypatch, capsys, tmp_path / "nowhere", "a.png")
    whole = (folder / PREPROCESS).read_text()
    (folder / PREPROCESS).write_text(whole.replace("red", "red").replace('"input"', '"output"'))
    assert "is not what was exported" in refusal(monkeypatch, capsys, folder, "a.png")
    two = Prepared(CLASSES[:2], Input(SIDE, False, 1.0, "bicubic", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)), 1000)
    write_prepared(folder, two)
    assert "its 2 classes need" in refusal(monkeypatch, capsys, folder, "a.png")
    (folder / PREPROCESS).write_text(whole)
    (folder / GRAPH).write_bytes((folder / GRAPH).read_bytes()[:40])
    assert f"{GRAPH} cannot be read" in refusal(monkeypatch, capsys, folder, "a.png")


def test_a_file_that_cannot_be_written_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the option."""
    said = refusal(monkeypatch, capsys, folder, "a.png", "--out", tmp_path / "nowhere" / "x.csv")
    assert "--out" in said
    assert "No such file or directory" in said


def test_it_starts_without_torch(folder: Path, tmp_path: Path) -> None:
    """In seconds that a person will wait."""
    code = "import training.predict, sys; sys.exit(bool({'torch', 'timm', 'scipy', 'pandas'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0


def test_softmax_of_large_logits_is_finite() -> None:
    """As those of a cosine times 100 are."""
    shares = softmax(np.array([[1000.0, 999.0, -1000.0]], dtype=np.float32))
    assert shares[0] == pytest.approx([1 / (1 + np.exp(-1)), 1 / (1 + np.e), 0])
