import json
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.embedding.peer import command, encoded, run
from benchmarks.embedding.photographs import shards
from benchmarks.embedding.race import Result, min_cosine
from benchmarks.embedding.report import shortfalls
from benchmarks.web.missing import Missing
from storage.shards import unpack
from tests.vision.scenes import scene

EAST, NORTH = np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0], np.float32)


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Seven different pictures, in two folders."""
    for number in range(7):
        file = tmp_path / "photographs" / str(number % 2) / f"{number}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        scene(number).save(file)
    return tmp_path / "photographs"


def test_every_tar_has_its_part_of_the_photographs(photographs: Path, tmp_path: Path) -> None:
    """Both hold pictures under their digests, no picture is in both, and each is read as the tar has it."""
    held = shards(photographs, 6, tmp_path / "tars", 2)
    each = [{sample.key: sample.picture for sample in unpack(tar.read_bytes())} for tar in held.tars]
    assert [len(samples) for samples in each] == [3, 3]
    assert {digest: held.read(digest) for digest in held.digests} == each[0] | each[1]


def test_too_few_photographs_are_missing(photographs: Path, tmp_path: Path) -> None:
    """They are counted, and the variable that names the data set is told."""
    with pytest.raises(Missing, match=r"holds 7 photographs of 8; .* GROCERY_ROOT"):
        shards(photographs, 8, tmp_path / "tars")


def test_the_peer_has_a_process_for_each_tar(tmp_path: Path) -> None:
    """It is named all tars, and hangs where a process has none."""
    words = command(
        Path("python"), tmp_path / "clip.safetensors", [tmp_path / "0.tar", tmp_path / "1.tar"], tmp_path / "out"
    )
    assert f"--input_dataset={{{tmp_path}/0.tar,{tmp_path}/1.tar}}" in words
    assert "--num_prepro_workers=2" in words
    assert f"--clip_model=open_clip:ViT-B-32/{tmp_path}/clip.safetensors" in words


def test_vectors_and_rate_are_read_as_the_peer_writes_them(tmp_path: Path) -> None:
    """Vectors in half precision beside a table of their keys, and seconds of the batches alone."""
    for name in ("img_emb", "metadata", "stats"):
        (tmp_path / name).mkdir()
    np.save(tmp_path / "img_emb" / "img_emb_0.npy", np.stack([NORTH, EAST]).astype(np.float16))
    pq.write_table(pa.table({"image_path": ["b", "a"]}), tmp_path / "metadata" / "metadata_0.parquet")
    (tmp_path / "stats" / "0.json").write_text(json.dumps({"sample_count": 2, "total_duration": 0.5}))
    read = encoded(tmp_path)
    assert read.img_per_s == 4
    assert min_cosine({"a": EAST, "b": NORTH}, read.vectors) == 1


def test_the_least_cosine_is_of_the_same_picture() -> None:
    """One that differs is enough; other pictures are no comparison."""
    ours = {"a": EAST, "b": NORTH}
    assert min_cosine(ours, {"b": EAST, "a": EAST}) == 0
    with pytest.raises(Missing, match="1 vectors of 2"):
        min_cosine(ours, {"a": EAST})


def test_a_peer_that_hangs_is_killed_with_all_it_started(tmp_path: Path) -> None:
    """Its children too, and the reason has what it said last."""
    child = f"import time; time.sleep(2); open({str(tmp_path / 'alive')!r}, 'w')"
    code = f"import subprocess, sys; print('stuck', flush=True); subprocess.run([sys.executable, '-c', {child!r}])"
    with pytest.raises(Missing, match=r"did not end in 0.5 s; it said: stuck"):
        run([sys.executable, "-c", code], tmp_path / "log", limit=0.5)
    time.sleep(2.5)
    assert not (tmp_path / "alive").exists()


def test_a_peer_that_fails_says_why(tmp_path: Path) -> None:
    """The end of its log is the reason."""
    with pytest.raises(Missing, match=r"clip-retrieval failed; it said: no weights"):
        run([sys.executable, "-c", "import sys; sys.exit('no weights')"], tmp_path / "log")


def test_figures_are_medians_and_the_ratio_is_of_the_same_rounds() -> None:
    """A round in which the machine was busy slows both, and changes no ratio."""
    result = Result([20.0, 10.0, 22.0], [5.0, 2.5, 5.0], 0.99951)
    assert result.figures == {
        "ours_img_per_s": 20.0, "clip_retrieval_img_per_s": 5.0, "ratio": 4.0, "min_cosine": 0.9995,
    }  # fmt: skip


def test_what_falls_short_is_told() -> None:
    """The share, a faster peer, and vectors of something else; nothing where all is well or there is no peer."""
    assert list(shortfalls([0.95, 0.93], Result([2.0], [1.0], 1.0))) == []
    assert list(shortfalls([0.95], None)) == []
    assert list(shortfalls([0.95, 0.8], Result([1.0], [2.0], 0.5))) == [
        "the smallest share of a forward pass is 0.800, required are 0.9",
        "clip-retrieval is faster: ours is 0.50 times as fast",
        "clip-retrieval's vectors are not ours: of one picture their cosine is 0.5000",
    ]
