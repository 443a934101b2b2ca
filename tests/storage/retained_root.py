"""Data roots as many runs leave them: chains of stages, some newer than others."""

import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

from storage.filesystem import join, write_bytes
from storage.latest import remember
from storage.manifest import StageFolder, open_stage
from storage.records import Stage, StageRef, Unreadable

DAY = 86_400.0
CHAIN = (Stage.CRAWL, Stage.EMBED, Stage.SELECT, Stage.SHARD, Stage.TRAIN, Stage.REPORT)
"""Stages, each made of the one before."""


def write(folder: StageFolder, part: str, said: str) -> StageFolder:
    """One whole partition of a stage that is not finished yet."""
    folder.seal_part(part, [folder.write_rows(part, [Unreadable(said, said)], Unreadable)], Counter(rows=1), 0.0)
    return folder


def make(
    root: str, stage: Stage, config: str, said: str = "", refresh: bool = False, **inputs: StageRef | str
) -> StageRef:
    """A finished stage of this config, whose one row says `said`, else its stage, config and inputs."""
    folder = open_stage(root, stage, 1, config, refresh=refresh, **inputs)
    write(folder, "a", said or f"{stage} {config} {sorted(folder.inputs.items())}")
    part = folder.sealed_part("a")
    assert part
    return folder.seal([part], 1, 0.0)


def chain(root: str, config: str, last: Stage = Stage.REPORT, recipe: str = "r") -> dict[Stage, StageRef]:
    """A run of all stages up to one, remembered as the recipe's newest."""
    made: dict[Stage, StageRef] = {}
    for number, stage in enumerate(CHAIN[: CHAIN.index(last) + 1]):
        inputs: dict[str, Any] = {"pictures": made[CHAIN[number - 1]]} if number else {}
        made[stage] = make(root, stage, config, **inputs, encoder="0" * 16)
        remember(root, recipe, stage, made[stage])
    return made


def work(root: str, key: str, name: str = "silenced/step.pt") -> str:
    """A file that a training goes on from, and the lock of its arm."""
    uri = join(root, "work", "train", key)
    write_bytes(join(uri, "silenced.lock"), b"")
    write_bytes(join(uri, name), b"weights")
    return uri


def aged(place: str | Path, days: float) -> None:
    """Make all files under a local folder look as if they had been written so many days ago."""
    then = time.time() - days * DAY
    for folder, _, names in os.walk(place):
        for name in names:
            os.utime(os.path.join(folder, name), (then, then))
