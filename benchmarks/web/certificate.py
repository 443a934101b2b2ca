"""A certificate for the served addresses, from an authority that lasts a day.

Made with the `openssl` program, which needs no dependency. Clients trust the authority beside
the system's whole bundle, since reading that bundle is a part of what TLS costs them.
"""

import shutil
import ssl
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.web.missing import Missing

_KEY = ("-newkey", "rsa:2048", "-nodes")
_DAYS = ("-days", "2")
_KEY_IDS = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"  # Python 3.13 asks for them


@dataclass(frozen=True, slots=True)
class Certificate:
    """Paths in PEM: the server's chain and key, and the bundle that a client names in SSL_CERT_FILE."""

    chain: Path
    key: Path
    bundle: Path


def _openssl(folder: Path, *arguments: str) -> None:
    program = shutil.which("openssl")
    if not program:
        raise Missing("the openssl program is missing, which makes the server's certificate; install openssl")
    subprocess.run([program, *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S603  # fixed words


def _system_bundle() -> str:
    paths = ssl.get_default_verify_paths()
    found = next((path for path in (paths.cafile, paths.openssl_cafile) if path and Path(path).is_file()), None)
    if not found:
        raise Missing("there is no CA bundle on this system; install ca-certificates, or name one in SSL_CERT_FILE")
    return Path(found).read_text()


def issue(folder: Path, addresses: Sequence[str]) -> Certificate:
    """A certificate for these IP addresses, written below an empty folder."""
    alternatives = ",".join(f"IP:{address}" for address in addresses)
    (folder / "leaf.ext").write_text(f"subjectAltName={alternatives}\nbasicConstraints=CA:FALSE\n{_KEY_IDS}")
    _openssl(
        folder, "req", "-x509", *_KEY, *_DAYS, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=benchmark CA",
        "-addext", "keyUsage=critical,keyCertSign",
    )  # fmt: skip
    _openssl(folder, "req", *_KEY, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=benchmark")
    _openssl(
        folder, "x509", "-req", *_DAYS, "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
        "-extfile", "leaf.ext", "-out", "leaf.pem",
    )  # fmt: skip
    bundle = folder / "bundle.pem"
    bundle.write_text(_system_bundle() + "\n" + (folder / "ca.pem").read_text())
    return Certificate(folder / "leaf.pem", folder / "leaf.key", bundle)
