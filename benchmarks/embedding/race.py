"""The whole embed stage beside clip-retrieval: the same pictures, weights and cores, turn by turn."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.embedding.encoders import write_clip
from benchmarks.embedding.peer import Encoded, Vectors, command, encoded, run
from benchmarks.embedding.photographs import Shards, shards
from benchmarks.web.missing import Missing
from tasks.embed.config import EmbedConfig
from tasks.embed.embed import embed
from tasks.embed.models import Models
from vision.encoders import Encoder, load_encoder

CORES = 2
"""Given to each."""


@dataclass(frozen=True, slots=True)
class Result:
    """Pictures a second, a number a round, and the least cosine between both vectors of a picture."""

    ours: list[float]
    theirs: list[float]
    min_cosine: float

    @property
    def ratios(self) -> list[float]:
        """How many times as fast ours was, in each round."""
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def figures(self) -> dict[str, float]:
        """The medians, and the least cosine."""
        return {
            "ours_img_per_s": round(median(self.ours), 1), "clip_retrieval_img_per_s": round(median(self.theirs), 1),
            "ratio": round(median(self.ratios), 2), "min_cosine": round(self.min_cosine, 4),
        }  # fmt: skip


@contextmanager
def _few_cores() -> Iterator[None]:
    """What is started meanwhile, threads and processes, inherits the cores."""
    before = os.sched_getaffinity(0)
    if len(before) < CORES:
        raise Missing(f"{CORES} cores are missing, which each is given")
    os.sched_setaffinity(0, sorted(before)[:CORES])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def min_cosine(ours: Vectors, theirs: Vectors) -> float:
    """The least cosine between the two unit vectors of a picture; Missing where not both have the same pictures."""
    if ours.keys() != theirs.keys():
        raise Missing(f"clip-retrieval gave {len(theirs)} vectors of {len(ours)}, or of other pictures")
    return min(float(ours[digest] @ theirs[digest]) for digest in ours)


def _ours(encoder: Encoder, held: Shards) -> Encoded:
    start = time.perf_counter()
    seen = embed(held.digests, held.read, EmbedConfig(encoder=encoder.config), Models((encoder,)))
    seconds = time.perf_counter() - start
    found = {row.digest: vector for row, vector in zip(seen.rows, seen.matrices[0], strict=True)}
    return Encoded(found, len(held.digests) / seconds)


def _theirs(python: Path, weights: Path, held: Shards, out: Path) -> Encoded:
    run(command(python, weights, held.tars, out), out.with_suffix(".log"))
    return encoded(out)


def race(python: Path, photographs: Path, count: int, rounds: int, work: Path) -> Result:
    """Rounds of both over so many pictures; Missing where the peer fails."""
    held, weights = shards(photographs, count, work / "tars", CORES), work / "clip.safetensors"
    encoder = load_encoder(write_clip(weights))
    with _few_cores():
        turns = [
            (_ours(encoder, held), _theirs(python, weights, held, work / f"peer-{number}")) for number in range(rounds)
        ]
    ours, theirs = ([turn[side].img_per_s for turn in turns] for side in (0, 1))
    return Result(ours, theirs, min(min_cosine(one.vectors, other.vectors) for one, other in turns))
