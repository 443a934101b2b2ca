"""imagededup in an environment of its own, and what it reports."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environments import Peer
from benchmarks.web.missing import Missing

PEER = Peer("imagededup", "0.3.3.post2", python=(3, 11), beside=("timm",), imports=("timm",))
_JOB = Path(__file__).with_name("peer_job.py")


@dataclass(frozen=True, slots=True)
class Reported:
    """What one method reports: pairs of file names by form, and how fast it encodes on all cores."""

    pairs: Mapping[str, set[tuple[str, str]]]
    img_per_s: float


def reported(python: Path, folder: Path, checkpoint: Path) -> dict[str, Reported]:
    """What each method reports for the forms below `folder`."""
    out = folder.with_name("peer.json")
    command = [str(python), str(_JOB), str(folder), str(out), str(checkpoint)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  # our own job
    if done.returncode != 0:
        raise Missing(f"imagededup failed: {done.stderr[-2000:]}")
    return {
        method: Reported(
            {form: {(a, b) for a, b in pairs} for form, pairs in found["pairs"].items()}, found["img_per_s"]
        )
        for method, found in json.loads(out.read_text()).items()
    }
