"""clip-retrieval in an environment of its own, made once and kept."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.web.missing import Missing

VERSION = "2.45.0"

PYTHON = (3, 11)
"""The newest that all it depends on has been seen to run on."""

_INSTALLS = (f"clip-retrieval=={VERSION}", "setuptools<70")
"""Its CLIP asks for pkg_resources, which later setuptools lack, and does not say so."""

_ASKS = f"import importlib.metadata as m, pkg_resources, sys; sys.exit(m.version('clip-retrieval') != '{VERSION}')"


def _works(python: Path, code: str) -> bool:
    command = [str(python), "-c", code]
    return python.is_file() and subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603


def _interpreters(named: str) -> Iterator[Path]:
    if sys.version_info[:2] == PYTHON:
        yield Path(sys.executable)
    if found := shutil.which(f"python{named}"):
        yield Path(found)
    yield from sorted(Path.home().glob(f".pyenv/versions/{named}*/bin/python"))


def _interpreter() -> Path:
    named = ".".join(map(str, PYTHON))
    # Asked for its version, since what lies on the path may be a shim of a version that is not installed.
    code = f"import sys; sys.exit(sys.version_info[:2] != {PYTHON})"
    found = next((python for python in _interpreters(named) if _works(python, code)), None)
    if not found:
        raise Missing(f"Python {named} is missing, which clip-retrieval runs on; install it (pyenv install {named})")
    return found


def _make(folder: Path) -> None:
    interpreter = _interpreter()
    print(f"making the peer's environment in {folder}, some 6 GB with its torch", flush=True)
    subprocess.run([str(interpreter), "-m", "venv", "--clear", str(folder)], check=True)  # noqa: S603  # as found above
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *_INSTALLS]
    if subprocess.run(install, check=False).returncode != 0:  # noqa: S603  # fixed words
        raise Missing(f"clip-retrieval {VERSION} could not be installed; pip's error stands above")


def peer_python(install: bool) -> Path:
    """The python of the environment that holds the peer, made first where it is missing and `install` is set.

    Raises Missing where there is none after that.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "category-extrapolation")
    python = cache / f"clip-retrieval-{VERSION}" / "bin" / "python"
    if install and not _works(python, _ASKS):
        _make(python.parents[1])
    if not _works(python, _ASKS):
        raise Missing(f"{python} does not hold clip-retrieval {VERSION}; the full benchmark installs it")
    return python
