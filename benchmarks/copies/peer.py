"""imagededup in an environment of its own, and what it reports."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.web.missing import Missing

VERSION = "0.3.3.post2"
_ASKS = f"import importlib.metadata as m, sys, timm; sys.exit(m.version('imagededup') != '{VERSION}')"
_JOB = Path(__file__).with_name("peer_job.py")


@dataclass(frozen=True, slots=True)
class Reported:
    """What one method reports: pairs of file names by form, and how fast it encodes on all cores."""

    pairs: Mapping[str, set[tuple[str, str]]]
    img_per_s: float


def _works(python: Path) -> bool:
    command = [str(python), "-c", _ASKS]
    return python.is_file() and subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603


def _make(folder: Path) -> None:
    print(f"making the peer's environment in {folder}, some 6 GB with its torch", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)  # noqa: S603  # fixed words
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", f"imagededup=={VERSION}", "timm"]
    if subprocess.run(install, check=False).returncode != 0:  # noqa: S603  # fixed words
        raise Missing(f"imagededup {VERSION} could not be installed; pip's error stands above")


def peer_python(named: Path | None, install: bool) -> Path:
    """The python of an environment that holds the peer: the one named, or one that is made once and kept."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "category-extrapolation")
    python = named or cache / f"imagededup-{VERSION}" / "bin" / "python"
    if install and not named and not _works(python):
        _make(python.parents[1])
    if not _works(python):
        raise Missing(f"{python} does not hold imagededup {VERSION} and timm; the full benchmark installs them")
    return python


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
