"""clip-retrieval's `clip inference` over tars, on the CPU, and what it reports.

Its best fair settings: a process a core that decodes, as many tars as those, since it hangs where one has none;
batches of 32, which were best of 32 to 128; pictures alone, no captions.
"""

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.environments import Peer
from benchmarks.web.missing import Missing

PEER = Peer(
    "clip-retrieval", "2.45.0", python=(3, 11), beside=("setuptools<70",), imports=("pkg_resources",)
)  # its CLIP asks for pkg_resources, which later setuptools lack, and does not say so

BATCH = 32

LIMIT = 600.0
"""Seconds after which a run is taken to hang."""

ENVIRONMENT = {"CUDA_VISIBLE_DEVICES": "", "WANDB_MODE": "disabled", "NO_ALBUMENTATIONS_UPDATE": "1"}
"""The CPU alone, and no news from outside."""

_RUNS = "from clip_retrieval.cli import main; main()"

Vectors = Mapping[str, NDArray[np.float32]]
"""Unit vectors [dim] by the picture's digest."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """What one side made of all pictures, and how many of them a second; its start is not counted."""

    vectors: Vectors
    img_per_s: float


def command(python: Path, weights: Path, tars: Sequence[Path], out: Path) -> list[str]:
    """The command line of one run of ViT-B/32 with these weights."""
    options: Mapping[str, object] = {
        "input_dataset": f"{{{','.join(map(str, tars))}}}", "input_format": "webdataset", "output_folder": out,
        "clip_model": f"open_clip:ViT-B-32/{weights}", "enable_text": False, "enable_wandb": False,
        "num_prepro_workers": len(tars), "batch_size": BATCH,
    }  # fmt: skip
    return [str(python), "-c", _RUNS, "inference", *(f"--{name}={value}" for name, value in options.items())]


def run(words: Sequence[str], log: Path, limit: float = LIMIT) -> None:
    """Run a command to its end; Missing where it fails, or is killed with all it started after `limit` seconds."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  # our own words
            words, env={**os.environ, **ENVIRONMENT}, stdout=output, stderr=output, start_new_session=True
        )
    try:
        how = "failed" if process.wait(limit) else ""
    except subprocess.TimeoutExpired:
        how = f"did not end in {limit:g} s"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if how:
        raise Missing(f"clip-retrieval {how}; it said: {log.read_text(errors='replace')[-2000:]}")


def encoded(out: Path) -> Encoded:
    """What a run left in its folder: its own statistics leave out the start, the loading and the warm-up."""
    stats = json.loads((out / "stats" / "0.json").read_text())
    keys = pq.read_table(out / "metadata" / "metadata_0.parquet")["image_path"].to_pylist()
    matrix = np.load(out / "img_emb" / "img_emb_0.npy").astype(np.float32)
    return Encoded(dict(zip(keys, matrix, strict=True)), stats["sample_count"] / stats["total_duration"])
