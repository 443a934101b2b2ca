"""A peer in an environment of its own, made once and kept."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.web.missing import Missing


@dataclass(frozen=True, slots=True)
class Peer:
    """A package and what it needs: the version of Python it is best on, what else is installed, what must import."""

    package: str
    version: str
    python: tuple[int, int]
    beside: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()

    @property
    def asks(self) -> str:
        """The program that ends with 0 where the peer is there and whole."""
        modules = ", ".join(("importlib.metadata as m", "sys", *self.imports))
        return f"import {modules}; sys.exit(m.version({self.package!r}) != {self.version!r})"


def _works(python: Path | str, code: str) -> bool:
    command = [shutil.which(python) or "", "-c", code]
    if not command[0]:
        return False
    return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603  # fixed words


def _interpreters(named: str) -> Iterator[str]:
    yield sys.executable
    yield f"python{named}"
    yield from map(str, sorted(Path.home().glob(f".pyenv/versions/{named}*/bin/python")))


def _interpreter(peer: Peer) -> str:
    named = ".".join(map(str, peer.python))
    # Asked for its version, since what lies on the path may be a shim of a version that is not installed.
    code = f"import sys; sys.exit(sys.version_info[:2] != {peer.python})"
    found = next((python for python in _interpreters(named) if _works(python, code)), None)
    if not found:
        raise Missing(f"Python {named} is missing, which {peer.package} runs best on (pyenv install {named})")
    return found


def _make(peer: Peer, folder: Path) -> None:
    interpreter = _interpreter(peer)
    print(f"making an environment for {peer.package} in {folder}; one with torch takes some 6 GB", flush=True)
    subprocess.run([interpreter, "-m", "venv", "--clear", str(folder)], check=True)  # noqa: S603  # as found above
    wanted = [f"{peer.package}=={peer.version}", *peer.beside]
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *wanted]
    if subprocess.run(install, check=False).returncode != 0:  # noqa: S603  # fixed words
        raise Missing(f"{peer.package} {peer.version} could not be installed; pip's error stands above")


def python_of(peer: Peer, named: Path | None = None, install: bool = True) -> Path:
    """The python of an environment that holds the peer: the one named, or one that is made once where `install` is set.

    Raises Missing where there is none after that.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "category-extrapolation")
    python = named or cache / f"{peer.package}-{peer.version}" / "bin" / "python"
    if install and not named and not _works(python, peer.asks):
        _make(peer, python.parents[1])
    if not _works(python, peer.asks):
        raise Missing(f"{python} does not hold {peer.package} {peer.version}; the full benchmark installs it")
    return python
