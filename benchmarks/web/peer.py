"""img2dataset in an environment of its own, and the command that runs it.

Its best fair settings: Python 3.12, since its TLS is ten times slower on 3.11; one process, as
it has one core; a number of threads that was tuned; one tar, as by its default; no EXIF table,
which we do not write either; X-Robots-Tag obeyed, as by its default.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.web.missing import Missing

VERSION = "1.47.0"
SIDE, QUALITY = 256, 90
"""Pixels of the shorter side, and JPEG quality, of both clients' pictures."""

PER_SHARD = 10_000
"""Pictures in one tar, of both clients: the peer's default, so that it never waits for a shard's last picture."""

ENVIRONMENT = {"NO_ALBUMENTATIONS_UPDATE": "1", "WANDB_MODE": "disabled"}
"""It would otherwise ask the package index for news whenever it starts."""

_ASKS = f"import importlib.metadata as m, sys, cv2; sys.exit(m.version('img2dataset') != '{VERSION}')"
_RUNS = "from img2dataset.main import main; main()"


@dataclass(frozen=True, slots=True)
class Manner:
    """How the peer asks: threads (128 were best of 16 to 256 on a good web), and tries after the first."""

    threads: int = 128
    retries: int = 0


def _works(python: Path | str, code: str) -> bool:
    command = [shutil.which(python) or "", "-c", code]
    if not command[0]:
        return False
    return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603  # fixed words


def _interpreters() -> Iterator[str]:
    if found := shutil.which("python3.12"):
        yield found
    yield from map(str, sorted(Path.home().glob(".pyenv/versions/3.12*/bin/python")))
    if sys.version_info[:2] == (3, 12):
        yield sys.executable


def _interpreter() -> str:
    # Asked for its version, since what lies on the path may be a shim of a version that is not installed.
    code = "import sys; sys.exit(sys.version_info[:2] != (3, 12))"
    found = next((python for python in _interpreters() if _works(python, code)), None)
    if not found:
        raise Missing(
            "Python 3.12 is missing, which img2dataset runs best on; install it (pyenv install 3.12), or name the "
            f"python of an environment that holds img2dataset {VERSION} with --peer-python"
        )
    return found


def _make(folder: Path) -> None:
    interpreter = _interpreter()
    print(f"making the peer's environment in {folder}", flush=True)
    subprocess.run([interpreter, "-m", "venv", "--clear", str(folder)], check=True)  # noqa: S603  # as found above
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", f"img2dataset=={VERSION}"]
    if subprocess.run(install, check=False).returncode != 0:  # noqa: S603  # fixed words
        raise Missing(f"img2dataset {VERSION} could not be installed; pip's error stands above")


def peer_python(named: Path | None) -> Path:
    """The python of an environment that holds the peer: the one named, or one that is made once and kept."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "category-extrapolation")
    python = named or cache / f"img2dataset-{VERSION}" / "bin" / "python"
    if not named and not _works(python, _ASKS):
        _make(python.parents[1])
    if not _works(python, _ASKS):
        raise Missing(f"{python} does not hold img2dataset {VERSION}; install it there, or leave out --peer-python")
    return python


def command(python: Path, manner: Manner, urls: Path, out: Path) -> list[str]:
    """The command line of one job: a text file with a URL a line, to tars below `out`."""
    options: Mapping[str, object] = {
        "url_list": urls, "input_format": "txt", "output_folder": out, "output_format": "webdataset",
        "processes_count": 1, "thread_count": manner.threads, "retries": manner.retries,
        "number_sample_per_shard": PER_SHARD,
        "resize_mode": "keep_ratio", "image_size": SIDE, "encode_quality": QUALITY, "compute_hash": "sha256",
        "extract_exif": False, "disable_all_reencoding": False, "enable_wandb": False,
        "user_agent_token": "category-extrapolation-benchmark",
    }  # fmt: skip
    return [str(python), "-c", _RUNS, *(f"--{name}={value}" for name, value in options.items())]
